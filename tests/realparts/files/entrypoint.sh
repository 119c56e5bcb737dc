#!/bin/sh
# A configuration alone means: serve it.
case "$1" in
    *.yml | *.yaml) set -- serve "$@" ;;
esac
exec /bin/registry "$@"
