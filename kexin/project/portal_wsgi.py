"""The WSGI door of the portal's process."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kexin.project.portal_settings")
application = get_wsgi_application()
