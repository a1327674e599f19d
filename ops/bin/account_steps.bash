# What proof_testnet_flatten.sh and testnet_clean_slate.sh have in common; sourced, never run. It expects $home: the directory of the
# scripts themselves, links resolved.
#
#   QUANTUM_ETC_DIR  /etc/quantum       governor.env; trader.env, if it is there, holds the account's variables as the units read them
#   QUANTUM_RUN_DIR  /var/run/quantum   where the ESS latch stands
#   TRADER_ROOT      the installation   ops/ess_controller.sh and the program (Trader.Cli or trader) are looked for here
#   ESS_CONTROLLER, TRADER_CLI          name them outright
#   REDIS_URL        redis://127.0.0.1:6379

etc=${QUANTUM_ETC_DIR:-/etc/quantum}
run_dir=${QUANTUM_RUN_DIR:-/var/run/quantum}
root=${TRADER_ROOT:-$(cd -- "$home/../.." && pwd -P)}
governor_env=$etc/governor.env
latch=$run_dir/ESS_ON
# Tells the stop of this very run from one that somebody else or a trigger made meanwhile.
ess_reason="$(basename -- "$0" .sh)-$$-$(date +%s)"

say() { printf '%s\n' "$*"; }
step() { printf '\n[STEP %s] %s\n' "$1" "$2"; }

# The first of these that is a file.
first_file() { local file; for file; do [[ -f $file ]] && { printf '%s' "$file"; return 0; }; done; return 1; }

find_controller() { first_file "${ESS_CONTROLLER:-$root/ops/ess_controller.sh}" "${ESS_CONTROLLER:-$home/ess_controller.sh}"; }

find_program() { first_file "${TRADER_CLI:-$root/Trader.Cli}" "${TRADER_CLI:-$root/trader}"; }

# --no-auth-warning: the password in a URL is the operator's own choice and no news.
redis() { redis-cli -u "${REDIS_URL:-redis://127.0.0.1:6379}" --no-auth-warning "$@" 2>/dev/null; }

# Exports the assignments of an env file as systemd would: the last one of a name wins, CRLF and quotes are taken off. Names only of
# shapes that a shell variable may have; nothing is evaluated.
load_env() {
  local line name value
  [[ -r $1 ]] || return 0
  while IFS= read -r line || [[ -n $line ]]; do
    line=${line%$'\r'}
    [[ $line =~ ^[[:space:]]*(export[[:space:]]+)?([A-Za-z_][A-Za-z_0-9]*)[[:space:]]*=[[:space:]]*(.*)$ ]] || continue
    name=${BASH_REMATCH[2]} value=${BASH_REMATCH[3]}
    [[ $value =~ ^\"(.*)\"$ || $value =~ ^\'(.*)\'$ ]] && value=${BASH_REMATCH[1]}
    # GOV_: the governor reads its own file; through a restart command run from here it would inherit what has been removed meanwhile.
    case $name in PATH | HOME | IFS | BASH* | LD_* | GOV_*) ;; *) export "$name=$value" ;; esac
  done <"$1"
}

# Asks the exchange, and nothing else (S3): Redis' position keys outlive the positions. Sets $open to the number of open positions and
# $held to their lines; fails, with $open empty, when the list or a row of it could not be read. An account that is not read is not flat.
read_account() {
  local answer code=0
  open='' held=''
  answer=$("$program" positions --json 2>"$scratch/positions.err") || code=$?
  if ((code != 0)) || [[ $answer != '{'*'"positions":['*'"unreadable":[]'*'}' ]]; then
    held=$(tail -n 3 "$scratch/positions.err")
    return 1
  fi
  held=$(grep -oE '\{"symbol":[^{}]*\}' <<<"$answer" \
    | sed -E 's/.*"symbol":"([^"]*)","side":"([^"]*)","amount":"([^"]*)".*"notional":"([^"]*)".*/  \1 \2 amount=\3 notional=\4/')
  open=$(grep -c . <<<"$held" || true)
  # The two must agree: an answer of another shape than this expects must never be taken for an empty one.
  [[ $open != 0 || $answer == *'"positions":[],'* ]] || { open=''; return 1; }
}

# The governor's figures whose lines fit; GOVERNOR_METRICS names another address.
governor_metrics() {
  local url=${GOVERNOR_METRICS:-http://localhost:$((8044 + ${TRADER_PORT_OFFSET:-0}))/metrics} lines
  if lines=$(curl -s --max-time 5 "$url" | grep -E -- "$1"); then
    sed 's/^/  /' <<<"$lines"
  else
    say "  no such metrics at $url"
  fi
}

# The whole output is read before anything is shown: a reader that goes away early (head) would kill the controller half-way, with
# services running and the latch set.
ess() {
  local said code=0
  said=$(ESS_REASON=$ess_reason bash "$controller" "$1" 2>&1) || code=$?
  sed 's/^/  /' <<<"$said"
  return "$code"
}

# The stop that stands was made by this run: its note carries this run's reason. Otherwise $ess_other says whose it is. A latch without a note (touch) is somebody else's.
ess_is_ours() {
  ess_other=$(sed -n 's/^reason=//p' -- "$latch.note" 2>/dev/null | tail -n 1)
  [[ $ess_other != "$ess_reason" ]] || return 0
  ess_other=${ess_other:-no reason given}
  return 1
}
