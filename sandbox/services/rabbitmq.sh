rabbitmq_daemons="rabbitmq"

rabbitmq_configure() {
  mkdir -p "$RUN/rabbitmq"
  : > "$RUN/rabbitmq/plugins"
}

rabbitmq_start() {
  svc rabbitmq env HOME="$RUN/rabbitmq" RABBITMQ_NODENAME=rabbit@localhost RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 \
    RABBITMQ_MNESIA_BASE="$RUN/rabbitmq/mnesia" RABBITMQ_LOG_BASE="$RUN/rabbitmq" RABBITMQ_ENABLED_PLUGINS_FILE="$RUN/rabbitmq/plugins" \
    RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_CONFIG_FILE="$RUN/rabbitmq/none" ERL_EPMD_ADDRESS=127.0.0.1 \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none" /usr/lib/rabbitmq/bin/rabbitmq-server
}

rabbitmq_wait() { wait_svc rabbitmq answers 127.0.0.1 5672; }
