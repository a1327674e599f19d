#!/usr/bin/env bash
# Emergency stop: activate, deactivate, status (default). The stop is the latch file alone: it is written before anything that can fail,
# and the trading components refuse entries by themselves while it stands. Nothing here is needed for that: no root where the run directory
# is writable, no Redis, no syslog, no systemd, no running process. A reader that goes away (| head) and services that hang stop nothing.
# Exit codes: 0 done or nothing to do, 1 unknown verb, or the latch could not be written or removed.
set -u
trap '' PIPE

readonly RUN_DIR=${QUANTUM_RUN_DIR:-/var/run/quantum}
readonly LATCH=$RUN_DIR/ESS_ON NOTE=$RUN_DIR/ESS_ON.note RELEASE=$RUN_DIR/ESS_OFF
readonly CRITICAL=(quantum-ai-engine quantum-execution quantum-apply-layer quantum-governor)
readonly MONITORING=(quantum-rl-monitor grafana-server prometheus)
readonly MARKER=quantum:ess:active CHANNEL=quantum:event:ess STATE=trader:ess
readonly STOP_LIMIT_S=10 ASK_LIMIT_S=2
# One second more than the owner takes to release or to latch again (trader.ess.release-deadline).
readonly RELEASE_LIMIT_MS=6000
readonly SELF=$0

now_ms() { local t=${EPOCHREALTIME:-}; if [[ -n $t ]]; then t=${t/[.,]/}; echo "${t:0:${#t}-3}"; else echo "$(date +%s)000"; fi; }
stamp() { TZ=UTC0 printf '%(%Y-%m-%dT%H:%M:%SZ)T\n' -1; }

# Something stands there: a file, a directory, a link to nowhere.
latched() { [[ -e $LATCH || -L $LATCH ]]; }

# What the processes read: no control characters, one line.
one_line() { local text=${1//[[:cntrl:]]/ }; printf '%s' "${text:0:200}"; }

leave_note() { printf 'at=%s\nby=%s\nreason=%s\n' "$(now_ms)" "$(one_line "$by")" "$(one_line "$reason")"; }

# --- the stop itself: before a line is printed ----------------------------------------------------------------------
verb=${1:-status}
[[ $# -gt 0 ]] && shift
by=${ESS_BY:-} reason=${ESS_REASON:-}
while (($#)); do
  case $1 in
    --by) by=${2:-}; shift ;;
    --reason) reason=${2:-}; shift ;;
  esac
  shift
done

was_latched='' latch_error=''
latched && was_latched=1
if [[ $verb == activate && -z $was_latched ]]; then
  [[ -d $RUN_DIR ]] || (umask 022; mkdir -p -- "$RUN_DIR") 2>/dev/null
  # Atomically new, so that of two runs at once one says "already active".
  latch_error=$( (umask 022; set -C; stamp >"$LATCH") 2>&1) || { latched && was_latched=1; }
  chmod 644 -- "$LATCH" 2>/dev/null
fi

[[ -n $by ]] || by=${SUDO_USER:-${USER:-uid $UID}}

# --- how things are said and asked ----------------------------------------------------------------------------------
if [[ -t 1 ]]; then red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' plain=$'\e[0m'; else red='' green='' yellow='' plain=''; fi
say() { printf '%s\n' "$1" 2>/dev/null; return 0; }
complain() { printf '%s\n' "$1" >&2 2>/dev/null; return 0; }
banner() { say '═══════════════════════════════════════════════════'; say "  $1"; say '═══════════════════════════════════════════════════'; }

bounded() {
  local limit=$1; shift
  if command -v timeout >/dev/null; then timeout -k 1 "$limit" "$@"; return; fi
  "$@" & local job=$!
  (sleep "$limit"; kill -9 "$job") 2>/dev/null & local guard=$!
  wait "$job"; local code=$?
  kill "$guard" 2>/dev/null
  return "$code"
}

logger_works=1
audit() {
  say "[ESS AUDIT] $1"
  if [[ -n $logger_works ]] && command -v logger >/dev/null; then
    bounded 1 logger -t quantum-ess -p user.crit -- "$1 (by $by)" >/dev/null 2>&1 || logger_works=
  fi
  return 0
}

redis() {
  command -v redis-cli >/dev/null || return 1
  local target=()
  if [[ -n ${REDIS_URL:-} ]]; then target=(-u "$REDIS_URL")
  else target=(-h "${QUANTUM_REDIS_HOST:-${REDIS_HOST:-localhost}}" -p "${QUANTUM_REDIS_PORT:-${REDIS_PORT:-6379}}" -n "${QUANTUM_REDIS_DB:-${REDIS_DB:-0}}")
  fi
  bounded "$ASK_LIMIT_S" redis-cli "${target[@]}" --no-auth-warning "$@" 2>/dev/null </dev/null
}

systemd_works=1
has_systemd() { [[ -n $systemd_works ]] && command -v systemctl >/dev/null; }
# One that hangs is asked once.
running() {
  has_systemd || return 1
  local state code
  state=$(bounded "$ASK_LIMIT_S" systemctl is-active "$1.service" 2>/dev/null); code=$?
  if ((code == 124 || code == 137)); then systemd_works=''; fi
  [[ $state == active ]]
}
enabled() { [[ $(bounded "$ASK_LIMIT_S" systemctl is-enabled "$1.service" 2>/dev/null) == enabled ]]; }
# A process of this system refuses entries by itself: stopping it would only take away its status, its exits and the flattener.
refuses_by_itself() { [[ $(bounded "$ASK_LIMIT_S" systemctl show -p ExecStart --value "$1.service" 2>/dev/null) == *Trader.Node* ]]; }

# --- verbs ----------------------------------------------------------------------------------------------------------
stop_services() {
  say '► Stopping critical trading services...'
  local service; local -A jobs=() ours=()
  if has_systemd; then
    for service in "${CRITICAL[@]}"; do
      running "$service" || continue
      if refuses_by_itself "$service"; then ours[$service]=1; continue; fi
      bounded "$STOP_LIMIT_S" systemctl stop "$service.service" >/dev/null 2>&1 &
      jobs[$service]=$!
    done
  fi
  for service in "${CRITICAL[@]}"; do
    if [[ -n ${ours[$service]:-} ]]; then
      say "  • $service (stays up: refuses entries by itself)"
    elif [[ -n ${jobs[$service]:-} ]]; then
      say "  • Stopping $service..."
      wait "${jobs[$service]}"
      if running "$service"; then
        say "${yellow}WARNING: Failed to stop $service${plain}"
        audit "WARNING: Failed to stop $service"
      else
        audit "ESS STOPPED SERVICE: $service"
      fi
    elif [[ -z $systemd_works ]]; then
      say "  • $service (systemctl does not answer)"
    else
      say "  • $service (not running)"
    fi
  done
}

# Sets marked where Redis took it.
set_marker() {
  marked=
  [[ $(redis ping) == PONG ]] || return 0
  [[ $(redis SET "$MARKER" "$(stamp)" EX 86400) == OK ]] && marked=1
  return 0
}

activate() {
  local marked
  if [[ -n $was_latched ]]; then
    # A touched latch has stopped no service, and the run before may have been cut short: all of it again, it does no harm twice.
    say "${yellow}⚠  ESS already active${plain}"
    stop_services
    set_marker
    exit 0
  fi
  (umask 022; leave_note >"$NOTE") 2>/dev/null
  banner 'EMERGENCY STOP SYSTEM (ESS) ACTIVATION'
  audit 'ESS ACTIVATION INITIATED'
  latched && audit "ESS LATCH FLAG SET: $LATCH"
  stop_services
  set_marker
  [[ -n $marked ]] && redis PUBLISH "$CHANNEL" "{\"event\":\"ess_activated\",\"timestamp\":$(($(now_ms) / 1000))}" >/dev/null
  [[ -n $marked ]] && audit 'ESS REDIS MARKER SET'
  if ! latched; then
    complain "${red}✗ ESS latch $LATCH could not be written: ${latch_error##*: }; run as the services' user or root, or set QUANTUM_RUN_DIR${plain}"
    [[ -n $marked ]] && complain '  The Redis marker is set: a running apply layer stops entries because of it.'
    exit 1
  fi
  say "${green}✓ ESS ACTIVATED${plain}"
  say '  All trading operations STOPPED'
  say '  Monitoring services remain active'
  say "To deactivate: $SELF deactivate"
  audit 'ESS ACTIVATION COMPLETE'
}

start_services() {
  has_systemd || return 0
  say '► Starting trading services...'
  local service
  for service in "${CRITICAL[@]}"; do
    if running "$service"; then
      say "  • $service (already running)"
    elif enabled "$service"; then
      say "  • Starting $service..."
      if bounded "$STOP_LIMIT_S" systemctl start "$service.service" >/dev/null 2>&1; then
        audit "ESS RESTARTED SERVICE: $service"
      else
        say "${yellow}WARNING: Failed to start $service${plain}"
      fi
    else
      say "  • $service (disabled, skipping)"
    fi
  done
}

# Until the owner, where one is heard, says no longer active, or the latch stands again; without one, a second of looks at the latch.
# Leaves what the owner says last in owner_says.
await_release() {
  local start=$(now_ms)
  while ! latched; do
    owner_says=$(redis GET "$STATE")
    local spent=$(($(now_ms) - start))
    if [[ $owner_says == active:* ]]; then ((spent < RELEASE_LIMIT_MS)) || return 0
    else ((spent < 1000)) || return 0
    fi
    sleep 0.1
  done
}

deactivate() {
  if [[ -z $was_latched ]]; then
    say "${yellow}⚠  ESS not active${plain}"
    # A stop whose latch could not be written, or is about to be written again.
    [[ $(redis GET "$STATE") == active:* ]] && say '   but its owner refuses entries: see status; to end a stop without a latch: ./trader ess deactivate'
    exit 0
  fi
  banner 'EMERGENCY STOP SYSTEM (ESS) DEACTIVATION'
  audit 'ESS DEACTIVATION INITIATED'
  # First who and why, then the latch: whoever sees the latch gone finds the note, and takes it for a person's word.
  (umask 022; leave_note >"$RELEASE") 2>/dev/null
  # The marker first: one that still stood when the latch is gone would be a new stop to whoever looks in between.
  redis DEL "$MARKER" >/dev/null
  rm -f -- "$LATCH" 2>/dev/null || rmdir -- "$LATCH" 2>/dev/null
  if latched; then
    rm -f -- "$RELEASE" 2>/dev/null
    complain "${red}✗ ESS latch $LATCH could not be removed: ESS is still active${plain}"
    exit 1
  fi
  rm -f -- "$NOTE" 2>/dev/null
  audit 'ESS LATCH FLAG REMOVED'
  if [[ $(redis ping) == PONG ]]; then
    redis DEL "$MARKER" >/dev/null && audit 'ESS REDIS MARKER CLEARED'
    redis PUBLISH "$CHANNEL" "{\"event\":\"ess_deactivated\",\"timestamp\":$(($(now_ms) / 1000))}" >/dev/null
  fi
  # The stop's owner may have cause to keep it: a disk that cannot take the record, or a new trigger. No service starts before it let go.
  local owner_says=''
  await_release
  if latched; then
    complain "${red}✗ ESS is active again: $(sed -n 's/^reason=//p' -- "$NOTE" 2>/dev/null)${plain}"
    exit 1
  fi
  if [[ $owner_says == active:* ]]; then
    complain "${red}✗ ESS is still active, its owner says: ${owner_says#active:}${plain}"
    exit 1
  fi
  start_services
  say "${green}✓ ESS DEACTIVATED${plain}"
  say '  Trading operations RESUMED'
  audit 'ESS DEACTIVATION COMPLETE'
}

show_services() {
  local service
  for service in "$@"; do
    if running "$service"; then say "  • $service: RUNNING"
    elif ! has_systemd; then say "  • $service: UNKNOWN (no answer from systemctl)"
    else say "  • $service: STOPPED"
    fi
  done
}

status() {
  local state
  state=$(redis GET "$STATE")
  banner 'EMERGENCY STOP SYSTEM (ESS) STATUS'
  if latched; then
    say "ESS Status: ${red}ACTIVE${plain}"
    say "Flag file: $LATCH"
    [[ -f $LATCH ]] && say "Activated: $(head -n 1 -- "$LATCH" 2>/dev/null)"
    [[ -f $NOTE ]] && say "By: $(sed -n 's/^by=//p' -- "$NOTE" 2>/dev/null)" && say "Reason: $(sed -n 's/^reason=//p' -- "$NOTE" 2>/dev/null)"
  elif [[ $state == active:* ]]; then
    say "ESS Status: ${red}ACTIVE${plain}"
    say "Flag file: $LATCH (missing)"
  else
    say "ESS Status: ${green}INACTIVE${plain}"
  fi
  if [[ -n $state ]]; then say "Owner says: $state"; else say "Owner says: nothing ($STATE absent in Redis, or no Redis): entries are refused"; fi
  say ''
  say 'Critical Trading Services:'
  show_services "${CRITICAL[@]}"
  say 'Monitoring Services:'
  show_services "${MONITORING[@]}"
}

case $verb in
  activate) activate ;;
  deactivate) deactivate ;;
  status) status ;;
  *)
    say "Usage: $SELF {activate|deactivate|status}"
    exit 1
    ;;
esac
exit 0
