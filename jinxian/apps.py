from django.apps import AppConfig


class JinxianConfig(AppConfig):
    name = "jinxian"
    verbose_name = "Jinxian"
