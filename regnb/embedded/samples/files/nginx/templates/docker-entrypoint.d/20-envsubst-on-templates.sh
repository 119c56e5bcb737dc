# Fill the templates of the configuration from the environment.
templates=/etc/nginx/templates
