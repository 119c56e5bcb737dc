# Let the server listen on IPv6 too.
listen_ipv6=yes
