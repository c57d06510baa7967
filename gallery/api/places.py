"""The places of the user's photos in the API."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.problems import ApiView
from gallery.access.tokens import Scope
from gallery.photos.places import places_of


class CitySerializer(serializers.Serializer):
    """A city, or a region far from cities, and its photos."""

    city = serializers.CharField(source="place.city_name", allow_blank=True, help_text="Empty far from cities.")
    region = serializers.CharField(source="place.region_name", allow_blank=True)
    photos = serializers.IntegerField(help_text="Number of photos.")
    cover = serializers.IntegerField(source="latest", help_text="Id of the latest photo.")
    query = serializers.CharField(source="city_query", help_text="Value of `q` that finds the photos.")


class CountrySerializer(serializers.Serializer):
    """A country and its cities, those with the most photos first."""

    country = serializers.CharField(source="place.country_name")
    country_code = serializers.CharField(source="place.country_code", help_text="ISO 3166-1.")
    photos = serializers.IntegerField(help_text="Number of photos.")
    cover = serializers.IntegerField(source="latest", help_text="Id of the latest photo.")
    query = serializers.CharField(source="country_query", help_text="Value of `q` that finds the photos.")
    cities = CitySerializer(many=True)


class PlacesSerializer(serializers.Serializer):
    """The countries of the photos, those with the most photos first."""

    countries = CountrySerializer(many=True)
    elsewhere = serializers.IntegerField(help_text="Number of photos without a place.")


class PlacesView(ApiView):
    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(operation_id="list_places", responses=PlacesSerializer, tags=["photos"])
    def get(self, request: ApiRequest) -> Response:
        """Count the photos of each country and city; names are in the language of `Accept-Language`."""
        return Response(PlacesSerializer(places_of(request.user)).data)
