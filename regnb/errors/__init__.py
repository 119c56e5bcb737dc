"""The errors of regnb: typed, with data, in English.

Every one is a `RegnbError`, and stands with its kin:

- `base`: what is no reference, digest, platform or manifest, and bytes that are not what was said;
- `registry_errors`: what a registry answers (`RegistryError`), and the way to it;
- `engine_errors`: what a container engine answers (`EngineError`), and the way to it;
- `lab_errors`: what the lab itself refuses, and mistakes of the author of a chapter.

`hub_reasons` says why a registry could not be used, `messages` what the sentences of engines mean.
The views translate: `regnb.i18n` has a sentence and a mend for each class, in both languages.
"""

from __future__ import annotations

from regnb.errors.base import (
    DigestMismatch,
    InvalidDigest,
    InvalidLayer,
    InvalidManifest,
    InvalidPlatform,
    InvalidReference,
    RegnbError,
    SizeMismatch,
)
from regnb.errors.engine_errors import (
    ContainerNotFound,
    ContextUnreadable,
    DockerConfigBroken,
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
    NotAnImage,
    PortTaken,
    PullFailed,
    PushFailed,
    RegistryDiffers,
    RegistryStopped,
    SampleNotFound,
)
from regnb.errors.lab_errors import (
    AuthoringError,
    CellFailed,
    CertificateUnknown,
    ChapterUnknown,
    CollectionFailed,
    ExerciseError,
    FileUnusable,
    InvalidPort,
    NoBackup,
    NoContainerAddress,
    NoSuchStep,
    NotClean,
    NothingRefused,
    NoTokenServer,
    NotTls,
    PushToHub,
    RegistryGaveUp,
    UnknownExercise,
    UnknownLanguage,
    UserUnknown,
    WrongArgument,
    WrongCall,
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
    RedirectLoop,
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
