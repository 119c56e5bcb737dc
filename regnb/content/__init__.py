"""Bytes on disk, once for all who store images: the registry, the embedded engine and the backup.

Each keeps OCI image layouts, whose names `regnb.oci.layout` has. What they share is here: blobs
taken in while they are hashed (`blobs`), sealed so that damage is seen (`seals`), files that are
replaced in one step (`atomic_files`), and locks (`locks`).

One policy of durability: **a name never leads to content that is not wholly on the disk.** A file
grows under another name, is written to the disk for good (fsync), and only then renamed. So what
was acknowledged survives a killed process and a power cut, as it does in Distribution, in Docker's
store and in skopeo's layouts. To do less, for the engine alone, would save some milliseconds for
each layer, and leave blobs after a power cut that have their size and not their bytes. The folders
themselves are not synchronised: what a power cut can take is the newest names, never the content of
older ones, and file systems with a journal keep the order of renames, so an index does not outlive
the blobs that were renamed before it.
"""
