"""The models of the gallery, importable from one place."""

from gallery.access.tokens import ApiToken as ApiToken
from gallery.account import Account as Account
from gallery.account import OpenSession as OpenSession
from gallery.assistants import AssistantAccess as AssistantAccess
from gallery.assistants import AssistantCall as AssistantCall
from gallery.models.imports import ImportItem as ImportItem
from gallery.models.imports import ImportJob as ImportJob
from gallery.models.photo import MAX_ATTEMPTS as MAX_ATTEMPTS
from gallery.models.photo import MAX_IMPORTANCE as MAX_IMPORTANCE
from gallery.models.photo import RETRY_DELAY as RETRY_DELAY
from gallery.models.photo import DocumentRemoval as DocumentRemoval
from gallery.models.photo import LocalDateTimeField as LocalDateTimeField
from gallery.models.photo import Photo as Photo
from gallery.models.photo import PhotoMerge as PhotoMerge
from gallery.models.photo import PhotoQuerySet as PhotoQuerySet
from gallery.models.photo import PhotoSource as PhotoSource
from gallery.models.photo import Step as Step
from gallery.models.photo import StepAttempt as StepAttempt
from gallery.models.removals import PhotoRemoval as PhotoRemoval
from gallery.storage.partial_uploads import Arrival as Arrival
from gallery.storage.partial_uploads import PartialUpload as PartialUpload
