"""Static files served without a walk through all of them at every start."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """Whitenoise, but a file is looked for and measured when it is first asked for.

    The front-end packages bring 2,400 files of which pages use some twenty; measuring all of them cost every start
    0.7 s of processor time. What is found is remembered until the process ends, what is not found is not: strangers
    asking for thousands of names fill no memory.
    """

    def add_files_from_finders(self) -> None:
        """Nothing in advance."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if path.startswith(self.static_prefix) and path not in self.files:
            found = self.find_file(path)
            if found is not None:
                self.files[path] = found
        response: FileResponse | HttpResponseBase = super().__call__(request)
        return response
