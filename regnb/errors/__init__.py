"""The errors of regnb: typed, with data, in English.

    RegnbError
    ├─ InvalidReference · InvalidDigest · InvalidPlatform · InvalidManifest   (also ValueError)
    │  InvalidAddress · InvalidPort
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
    │        ProxyFailed                        (proxy, status)
    ├─ CertificateUnreadable                    (path)
    ├─ DigestMismatch · SizeMismatch            (expected, actual)
    ├─ EngineError
    │  ├─ EngineUnavailable: EngineDenied · EngineUnreachable · EngineNotReady
    │  │                    EngineStopped · EngineNotStarted (product, command)
    │  │                    EmbeddedEngineFailed · EmbeddedEngineNeedsUnix
    │  │                    EmbeddedEngineStopped
    │  ├─ EngineRemote
    │  ├─ ImageNotFound: SampleNotFound
    │  ├─ ContainerNotFound
    │  ├─ NameTaken · PortTaken · RegistryDiffers
    │  └─ PullFailed: HubUnreachable · HubRateLimited
    │     PushFailed: LoopbackWantsTls        (also PullFailed)
    │     LoginRefused
    ├─ PushToHub · NotClean · CollectionFailed · NoBackup  (the lab's own refusals)
    │  CertificateUnknown · UserUnknown · NotTls · NothingRefused · RegistryGaveUp
    │  NoContainerAddress · NoTokenServer · FoldersNeedUnix
    ├─ InvalidConfiguration                     (setting, reason: of the embedded registry)
    │     AddressUnusable                       (address, why)
    └─ ExerciseError                            (the author's mistake, never the learner's)
       ├─ UnknownExercise                       (name, known)
       └─ AuthoringError: CellFailed · ChapterUnknown (problems)

The views translate: `regnb.i18n` has a sentence and a mend for each class, in both languages.
"""

from __future__ import annotations

from regnb.errors.authoring import (
    AuthoringError,
    CellFailed,
    ChapterUnknown,
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
from regnb.errors.engine_errors import (
    ContainerNotFound,
    EmbeddedEngineFailed,
    EmbeddedEngineNeedsUnix,
    EmbeddedEngineStopped,
    EngineDenied,
    EngineError,
    EngineNotReady,
    EngineNotStarted,
    EngineRemote,
    EngineStopped,
    EngineUnavailable,
    EngineUnreachable,
    HubRateLimited,
    HubUnreachable,
    ImageNotFound,
    LoginRefused,
    LoopbackWantsTls,
    NameTaken,
    PortTaken,
    PullFailed,
    PushFailed,
    RegistryDiffers,
    RegistryStopped,
    SampleNotFound,
)
from regnb.errors.lab_errors import (
    CollectionFailed,
    FoldersNeedUnix,
    InvalidPort,
    NoBackup,
    NotClean,
    PushToHub,
)
from regnb.errors.registry_errors import (
    AddressUnusable,
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
    ProxyFailed,
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
from regnb.errors.security import (
    CertificateUnknown,
    NoContainerAddress,
    NothingRefused,
    NoTokenServer,
    NotTls,
    RegistryGaveUp,
    UserUnknown,
)

__all__ = [
    "AddressUnusable",
    "AuthoringError",
    "BlobNotFound",
    "CellFailed",
    "CertificateUnknown",
    "CertificateUnreadable",
    "ChapterUnknown",
    "CollectionFailed",
    "ConnectionLost",
    "ContainerNotFound",
    "CredentialsWithheld",
    "DeletionOff",
    "Denied",
    "DigestMismatch",
    "DigestRefused",
    "EmbeddedEngineFailed",
    "EmbeddedEngineNeedsUnix",
    "EmbeddedEngineStopped",
    "EngineDenied",
    "EngineError",
    "EngineNotReady",
    "EngineNotStarted",
    "EngineRemote",
    "EngineStopped",
    "EngineUnavailable",
    "EngineUnreachable",
    "ExerciseError",
    "FoldersNeedUnix",
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
    "InvalidPort",
    "InvalidReference",
    "LoginRefused",
    "LoopbackWantsTls",
    "ManifestBlobMissing",
    "ManifestNotFound",
    "ManifestRefused",
    "NameRefused",
    "NameTaken",
    "NoBackup",
    "NoContainerAddress",
    "NoTokenServer",
    "NotARegistry",
    "NotClean",
    "NotFound",
    "NotTls",
    "NothingRefused",
    "PortTaken",
    "ProxyFailed",
    "PullFailed",
    "PushFailed",
    "PushToHub",
    "Refused",
    "RegistryDiffers",
    "RegistryError",
    "RegistryFailed",
    "RegistryGaveUp",
    "RegistryStopped",
    "RegistryTimedOut",
    "RegistryUnreachable",
    "RegnbError",
    "RepositoryNotFound",
    "SampleNotFound",
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
    "UserUnknown",
]
