#!/bin/sh
for script in /docker-entrypoint.d/*; do
    . "$script"
done
exec "$@"
