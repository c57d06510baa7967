"""List of the folders on the server that may be imported."""

from pathlib import Path

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.fields import NonBlankString, QuerySerializer, StrictSerializer
from gallery.access.permissions import may_administrate
from gallery.access.problems import ApiView
from gallery.access.tokens import Scope
from gallery.api.import_serializers import MAX_PATH
from gallery.bulk_import.safety import ImportRefused, allowed_roots, list_subfolders
from gallery.storage.path_names import Places


class FolderQuery(QuerySerializer):
    """Query parameters for the list of folders."""

    folder = serializers.CharField(
        required=False,
        max_length=MAX_PATH,
        trim_whitespace=False,
        help_text="Folder whose folders are listed; by default, the folders that may be imported.",
    )


class FolderBody(StrictSerializer):
    """Folder whose content is listed."""

    folder = NonBlankString(required=False, max_length=MAX_PATH, trim_whitespace=False)


class FolderList(serializers.Serializer):
    """Folders on the server that may be imported."""

    folders = serializers.ListField(
        child=serializers.CharField(), help_text="Each can be imported, or listed with the parameter `folder`."
    )


class FolderListView(ApiView):
    scopes = {"GET": Scope.IMPORT, "POST": Scope.IMPORT}

    @extend_schema(operation_id="list_import_folders", parameters=[FolderQuery], responses=FolderList, tags=["imports"])
    def get(self, request: ApiRequest) -> Response:
        """List the folders on the server that may be imported, or the folders within one of them."""
        return self._list(request, FolderQuery.read(request.query_params).validated_data.get("folder"))

    @extend_schema(operation_id="list_import_subfolders", request=FolderBody, responses=FolderList, tags=["imports"])
    def post(self, request: ApiRequest) -> Response:
        """List folders like GET, for a path that is too long for an address; changes nothing."""
        return self._list(request, FolderBody.read(request.data).validated_data.get("folder"))

    def _list(self, request: ApiRequest, folder: str | None) -> Response:
        try:
            found = list_subfolders(Path(folder)) if folder else allowed_roots()
        except ImportRefused as error:
            raise serializers.ValidationError({"folder": str(error)}) from error
        places = Places(shows_paths=may_administrate(request))
        return Response({"folders": [places.name(str(path)) for path in found]})
