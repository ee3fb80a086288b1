"""Puts our own admin site in the place of Django's; a module of its own, because it is read before there are models."""

from django.contrib.admin.apps import AdminConfig


class SetUpConfig(AdminConfig):
    default_site = "jinxian.admin_site.SetUpSite"
