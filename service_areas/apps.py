from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServiceAreasConfig(AppConfig):
    name = "service_areas"
    verbose_name = _("Places, branches and service areas")
