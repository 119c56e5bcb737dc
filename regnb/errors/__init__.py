"""The errors of regnb: typed, with data, in English.

    RegnbError
    ├─ InvalidReference · InvalidDigest · InvalidPlatform · InvalidManifest   (also ValueError)
    │  InvalidAddress
    ├─ RegistryError                            (status, code, detail, method, url)
    │  ├─ NotFound: RepositoryNotFound · ManifestNotFound · BlobNotFound · UploadNotFound
    │  ├─ Refused: NameRefused · DigestRefused · SizeRefused · UploadRefused
    │  │           ManifestRefused: ManifestBlobMissing
    │  ├─ Unauthorized · Denied · TooManyRequests · RegistryFailed
    │  ├─ Unsupported: DeletionOff · TagDeletionUnsupported
    │  ├─ InvalidAnswer                         (an answer that no registry should give)
    │  ├─ InvalidChallenge · CredentialsWithheld
    │  ├─ TLSFailed                             (reason)
    │  ├─ NotARegistry                          (something else answers at the address)
    │  └─ RegistryUnreachable                   (nothing answers at the address)
    │        HostUnknown · RegistryTimedOut · ConnectionLost
    ├─ CertificateUnreadable                    (path)
    ├─ DigestMismatch · SizeMismatch            (expected, actual)
    ├─ EngineError
    │  ├─ EngineUnavailable: EngineDenied · EngineUnreachable
    │  ├─ EngineRemote
    │  ├─ ImageNotFound · ContainerNotFound
    │  ├─ NameTaken · PortTaken · RegistryDiffers
    │  └─ PullFailed: HubUnreachable · HubRateLimited
    │     PushFailed
    ├─ PushToHub · NotClean · CollectionFailed · NoBackup  (the lab's own refusals)
    ├─ InvalidConfiguration                     (setting, reason: of the embedded registry)
    └─ ExerciseError                            (the author's mistake, never the learner's)
       ├─ UnknownExercise                       (name, known)
       └─ AuthoringError: CellFailed            (problems)

The views translate: `regnb.i18n` has a sentence and a mend for each class, in both languages.
"""

from __future__ import annotations

from regnb.errors.authoring import (
    AuthoringError,
    CellFailed,
    ExerciseError,
    UnknownExercise,
)
from regnb.errors.base import (
    RegnbError,
)
from regnb.errors.content import (
    DigestMismatch,
    InvalidDigest,
    InvalidLayer,
    InvalidManifest,
    InvalidPlatform,
    InvalidReference,
    SizeMismatch,
)
from regnb.errors.engine import (
    ContainerNotFound,
    EngineDenied,
    EngineError,
    EngineRemote,
    EngineUnavailable,
    EngineUnreachable,
    HubRateLimited,
    HubUnreachable,
    ImageNotFound,
    NameTaken,
    PortTaken,
    PullFailed,
    PushFailed,
    RegistryDiffers,
    RegistryStopped,
)
from regnb.errors.lab import (
    CollectionFailed,
    NoBackup,
    NotClean,
    PushToHub,
)
from regnb.errors.registry import (
    BlobNotFound,
    CertificateUnreadable,
    ConnectionLost,
    CredentialsWithheld,
    DeletionOff,
    Denied,
    DigestRefused,
    HostUnknown,
    InvalidAddress,
    InvalidAnswer,
    InvalidChallenge,
    InvalidConfiguration,
    ManifestBlobMissing,
    ManifestNotFound,
    ManifestRefused,
    NameRefused,
    NotARegistry,
    NotFound,
    Refused,
    RegistryError,
    RegistryFailed,
    RegistryTimedOut,
    RegistryUnreachable,
    RepositoryNotFound,
    SizeRefused,
    TagDeletionUnsupported,
    TLSFailed,
    TooManyRequests,
    Unauthorized,
    Unsupported,
    UploadNotFound,
    UploadRefused,
)

__all__ = [
    "AuthoringError",
    "BlobNotFound",
    "CellFailed",
    "CertificateUnreadable",
    "CollectionFailed",
    "ConnectionLost",
    "ContainerNotFound",
    "CredentialsWithheld",
    "DeletionOff",
    "Denied",
    "DigestMismatch",
    "DigestRefused",
    "EngineDenied",
    "EngineError",
    "EngineRemote",
    "EngineUnavailable",
    "EngineUnreachable",
    "ExerciseError",
    "HostUnknown",
    "HubRateLimited",
    "HubUnreachable",
    "ImageNotFound",
    "InvalidAddress",
    "InvalidAnswer",
    "InvalidChallenge",
    "InvalidConfiguration",
    "InvalidDigest",
    "InvalidLayer",
    "InvalidManifest",
    "InvalidPlatform",
    "InvalidReference",
    "ManifestBlobMissing",
    "ManifestNotFound",
    "ManifestRefused",
    "NameRefused",
    "NameTaken",
    "NoBackup",
    "NotARegistry",
    "NotClean",
    "NotFound",
    "PortTaken",
    "PullFailed",
    "PushFailed",
    "PushToHub",
    "Refused",
    "RegistryDiffers",
    "RegistryError",
    "RegistryFailed",
    "RegistryStopped",
    "RegistryTimedOut",
    "RegistryUnreachable",
    "RegnbError",
    "RepositoryNotFound",
    "SizeMismatch",
    "SizeRefused",
    "TLSFailed",
    "TagDeletionUnsupported",
    "TooManyRequests",
    "Unauthorized",
    "UnknownExercise",
    "Unsupported",
    "UploadNotFound",
    "UploadRefused",
]
