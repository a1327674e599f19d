#!/usr/bin/env bash
# Flattens the testnet account by the runbook's own steps and proves it. The proof is what the exchange shows afterwards, and a completion
# line of this very run: not any line of the last minute, not a metric (they go back to zero at the restart in step 10).
# However it ends (a failed step, Ctrl-C, TERM) flags and arm key are taken away again. ESS is lifted only from an account that the exchange
# shows flat, and only if this script put it on.
# Exit codes: 0 PASS, 1 FAIL or a step that failed, 64 usage, 130 and 143 interrupted.
set -uo pipefail

home=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd -P)
# shellcheck source=account_steps.bash
source "$home/account_steps.bash"

readonly ARM=quantum:gov:testnet:flatten:arm LAST=quantum:gov:testnet:flatten:last_ts
readonly FLAG=GOV_TESTNET_FORCE_FLATTEN
wait_s=60 poll_s=1

usage() {
  cat <<TEXT
usage: sudo $(basename -- "$0") [--timeout S]
  --timeout S  how long to wait for the completion line (default $wait_s)
Places: QUANTUM_ETC_DIR, QUANTUM_RUN_DIR, TRADER_ROOT, ESS_CONTROLLER, TRADER_CLI, REDIS_URL, GOVERNOR_METRICS.
Without systemd: GOVERNOR_RESTART, a command that restarts the governor, and GOVERNOR_LOG, the file its lines go to.
TESTNET ONLY: closes every open position with market orders.
example: sudo $(basename -- "$0")
TEXT
}

while (($#)); do
  case $1 in
    --timeout) wait_s=${2:-}; shift; [[ $wait_s =~ ^[1-9][0-9]{0,3}$ ]] || { echo '--timeout wants seconds' >&2; exit 64; } ;;
    --help | -h) usage; exit 0 ;;
    *) echo "unknown option '$1' (--help shows what there is)" >&2; exit 64 ;;
  esac
  shift
done

scratch=$(mktemp -d)
flags_set='' ess_ours='' armed='' verdict='' ending=''
reasons=()

fail() { reasons+=("$*"); printf '  ✗ %s\n' "$*"; }

# A step without which the next one makes no sense.
abort() { fail "$*"; exit 1; }

# --- the governor ----------------------------------------------------------------------------------------------------
restart_governor() {
  if [[ -n ${GOVERNOR_RESTART:-} ]]; then bash -c "$GOVERNOR_RESTART"; else systemctl restart quantum-governor; fi
}

# Its lines since the start of this script, oldest first. Seconds are all that a line's stamp has, so what was there before is told apart
# by being there before (see new_lines).
governor_lines() {
  if [[ -n ${GOVERNOR_LOG:-} ]]; then
    tail -c "+$((log_from + 1))" -- "$GOVERNOR_LOG" 2>/dev/null
  else
    journalctl -u quantum-governor --since "@$began" --no-pager -o cat 2>/dev/null
  fi
}

remember_lines() { governor_lines >"$scratch/before"; }

# Lines that were not there when they were remembered. The log only grows, so its first lines are the ones remembered.
new_lines() { governor_lines | tail -n "+$(($(wc -l <"$scratch/before") + 1))"; }

# Waits for a new line that fits; it is left in $line.
await_line() {
  local pattern=$1 until=$((SECONDS + $2))
  while :; do
    line=$(new_lines | grep -E -m 1 -- "$pattern") && return 0
    ((SECONDS < until)) || return 1
    sleep 0.3
  done
}

# --- governor.env ----------------------------------------------------------------------------------------------------
# Takes the flags away, every duplicate, with CRLF or without. Where a flag was glued to a line that had no end (echo >> onto a file without a
# final newline) only the flag goes: deleting the line would take somebody's setting with it.
without_flags() {
  sed -E -e "/^[[:space:]]*(export[[:space:]]+)?$FLAG/d" -e "/^[[:space:]]*[#;]/!s/$FLAG.*//" -- "$governor_env"
}

# The new content takes the place of the old in one step, with its owner and mode.
replace_env() {
  local file
  file=$(readlink -f -- "$governor_env") || return 1
  cp -p -- "$file" "$file.new" && cat >"$file.new" && mv -f -- "$file.new" "$file"
}

set_flags() {
  without_flags >"$scratch/env" || return 1
  # A last line without its end would swallow the first flag.
  [[ ! -s $scratch/env || -z $(tail -c 1 -- "$scratch/env") ]] || echo >>"$scratch/env"
  printf '%s=true\n%s_CONFIRM=FLATTEN_NOW\n' "$FLAG" "$FLAG" >>"$scratch/env"
  replace_env <"$scratch/env"
}

# In force, that is: a comment about them is none.
flags_left() { grep -v '^[[:space:]]*[#;]' -- "$governor_env" | grep -q "$FLAG"; }

remove_flags() { without_flags >"$scratch/env" && replace_env <"$scratch/env"; }

# --- the end, whichever it is -------------------------------------------------------------------------------------------
lift_ess() {
  if [[ -z $ess_ours ]]; then
    say '  ESS was on before this run: left on'
    return 0
  fi
  if ! read_account; then
    fail "ESS stays ON: the account cannot be read${held:+: $held}"
  elif ((open > 0)); then
    fail "ESS stays ON: the exchange shows $open open positions:"
    say "$held"
  elif [[ -e $latch ]] && ! ess_is_ours; then
    fail "ESS stays ON: this stop is not this run's ($ess_other)"
  elif ! ess deactivate || [[ -e $latch ]]; then
    fail "ESS could not be deactivated; $latch is what stops trading"
  else
    say '  ✓ ESS deactivated: the exchange shows no position'
    ess_ours=''
    return 0
  fi
  say "  When the account is in order: bash $controller deactivate"
  return 1
}

disarm() {
  if [[ -n $armed ]]; then
    redis DEL "$ARM" >"$scratch/del" || fail "the arm key could not be deleted; it expires by itself within a minute"
    armed=''
  fi
  if [[ -n $flags_set ]]; then
    if remove_flags && ! flags_left; then
      flags_set=''
      restart_governor || fail 'the governor could not be restarted: it still runs with the flatten flags'
    else
      fail "the flags could not be removed: sed -i '/$FLAG/d' $governor_env, and restart the governor"
    fi
  fi
}

finish() {
  local code=$?
  trap - EXIT
  trap '' INT TERM HUP
  [[ -z $ending ]] || { code=$ending; reasons+=("interrupted"); }
  if [[ -n $flags_set || -n $armed || -n $ess_ours ]]; then
    printf '\nCleaning up\n'
    disarm
    [[ -z $ess_ours ]] || lift_ess
  fi
  summary
  rm -rf -- "$scratch"
  if ((${#reasons[@]} > 0 && code == 0)); then code=1; fi
  exit "$code"
}

summary() {
  [[ -n $verdict ]] || return 0
  printf '\n%s\nSUMMARY\n%s\n' '========================================' '========================================'
  say "  completion: ${done_line:-none}"
  say "  positions on the exchange: ${before:-unknown} before, ${after:-unknown} after"
  say "  flags: $(flags_left 2>/dev/null && echo 'STILL SET' || echo removed); ESS: $([[ -e $latch ]] && echo ACTIVE || echo INACTIVE)"
  if ((${#reasons[@]} == 0)); then
    say '✓ PASS: Testnet flatten executed successfully'
    return
  fi
  if [[ -n ${done_line:-} ]]; then
    say '✗ FAIL: Testnet flatten executed, and something is wrong:'
  else
    say '✗ FAIL: Testnet flatten did not execute'
  fi
  printf '  - %s\n' "${reasons[@]}"
}

# --- the completion line --------------------------------------------------------------------------------------------------
# name=value out of the completion line; the first one of a name.
figure() { grep -oE "(^| )$1=[^ ]+" <<<"$done_line" | head -n 1 | cut -d= -f2; }

judge_completion() {
  local word value stamp
  # The line's own stamp too: a line that was delivered late must not pass for this run's.
  stamp=$(date -d "$(grep -oE '[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}' <<<"$done_line" | head -n 1)" +%s 2>/dev/null) \
    || { fail 'the completion line carries no time'; return; }
  ((stamp >= armed_at)) || fail "the completion line is older than the arm key (by $((armed_at - stamp)) s): another run's"
  [[ $(figure symbols) =~ ^[0-9]+$ && $(figure orders) =~ ^[0-9]+$ && $(figure errors) =~ ^[0-9]+$ ]] \
    || fail 'the completion line does not say symbols=, orders= and errors='
  while IFS= read -r value; do
    [[ $value == errors=0 ]] || fail "the run reports $value"
  done < <(grep -oE '(^| )errors=[^ ]*' <<<"$done_line" | tr -d ' ' | sort -u)
  for word in residual unreadable; do
    value=$(figure "$word")
    [[ -z $value || $value == 0 ]] || fail "the run reports $word=$value"
  done
  value=$(figure skipped)
  [[ -z $value || $value == 0 || $value == - ]] || fail "the run left dust open on purpose (below MIN_FLATTEN_NOTIONAL_USD): $value"
  value=$(figure status)
  [[ -z $value || $value == flat ]] || fail "the run reports status=$value"
}

trap finish EXIT
trap 'ending=130; exit 130' INT
trap 'ending=143; exit 143' TERM HUP

say '========================================'
say 'TESTNET FLATTEN PROOF'
say '========================================'
verdict=pending before='' after='' done_line=''

# Nothing is touched before all of this is in place.
for tool in redis-cli curl grep sed; do command -v "$tool" >/dev/null || abort "$tool is missing"; done
controller=$(find_controller) || abort "ESS controller not found (ESS_CONTROLLER names it; looked for $root/ops/ess_controller.sh)"
program=$(find_program) || abort "neither Trader.Cli nor trader found in $root (TRADER_CLI names it)"
[[ -n ${GOVERNOR_RESTART:-} ]] || command -v systemctl >/dev/null || abort 'systemctl is missing; without systemd set GOVERNOR_RESTART'
[[ -n ${GOVERNOR_LOG:-} ]] || command -v journalctl >/dev/null || abort 'journalctl is missing; without systemd set GOVERNOR_LOG'
[[ -f $governor_env && -w $governor_env ]] || abort "$governor_env is not there or cannot be written (run as root)"
load_env "$etc/trader.env"
load_env "$governor_env"
[[ $(redis PING) == PONG ]] || abort 'Redis does not answer (REDIS_URL chooses another)'
read_account || abort "the account cannot be read, so nothing could be proven: $held"
# Together with the file's inode: a second run would take this one's latch and flags away.
exec {lock}<"$governor_env"
if command -v flock >/dev/null; then flock -n "$lock" || abort "another run holds $governor_env"; fi
before=$open
began=$(date +%s)
log_from=$([[ -n ${GOVERNOR_LOG:-} && -f ${GOVERNOR_LOG:-} ]] && wc -c <"$GOVERNOR_LOG" || echo 0)

step 1 'Activating ESS'
[[ -e $latch ]] || ess_ours=1
ess activate || abort 'the ESS controller failed'
[[ -e $latch ]] || abort "the ESS controller set no latch at $latch"
say '  ✓ ESS activated'

step 2 "Setting the flags in $governor_env"
flags_set=1
set_flags || abort "$governor_env could not be written"
grep "^$FLAG" -- "$governor_env" | sed 's/^/  /'

step 3 'Restarting the governor'
remember_lines
restart_governor || abort 'the governor could not be restarted'
await_line 'Testnet flatten ARMED' 20 || abort 'the governor does not say that it is armed (20 s): see its last lines, and whether this is a testnet'
say "  ✓ $line"

step 4 'Counting open positions on the exchange'
read_account || abort "the account cannot be read: $held"
before=$open
say "  $open open positions"
[[ -z $held ]] || say "$held"

step 5 'Arming (one shot)'
remember_lines
armed_at=$(date +%s)
armed=1
[[ $(redis SET "$ARM" 1 EX 60) == OK ]] || abort 'Redis did not take the arm key'
say "  $ARM = 1, for 60 s"

step 6 "Waiting for the flatten (at most $wait_s s)"
refused='(Testnet flatten: .*NO-OP|SAFETY CAP TRIGGERED|Testnet flatten: (Fatal error|Error fetching positions|No Binance client))'
deadline=$((SECONDS + wait_s))
while ((SECONDS < deadline)); do
  done_line=$(new_lines | grep -m 1 'TESTNET_FLATTEN done') && break
  if line=$(new_lines | grep -E -m 1 -- "$refused"); then fail "the governor refused: $line"; break; fi
  sleep "$poll_s"
done
if [[ -n $done_line ]]; then
  say "  $done_line"
  armed=''
  judge_completion
elif ((${#reasons[@]} == 0)); then
  fail "no completion line within $wait_s s"
fi
if [[ -z $(redis GET "$ARM") ]]; then armed=''; else fail 'the arm key was not consumed'; fi

step 7 'Metrics, and what the exchange shows'
governor_metrics '^gov_testnet_flatten'
say "  $LAST = $(redis GET "$LAST")"
if ! read_account; then
  fail "the account cannot be read, so it is not proven flat: $held"
elif ((open > 0)); then
  after=$open
  fail "the exchange still shows $open open positions:"
  say "$held"
else
  after=0
  say '  ✓ the exchange shows no open position'
fi

step 8 'The last 20 lines about the flatten'
governor_lines | grep -i flatten | tail -n 20 | sed 's/^/  /'

step 9 'Removing the flags'
if remove_flags && ! flags_left; then
  flags_set=''
  say '  ✓ removed'
else
  fail "the flags are still in $governor_env"
fi

step 10 'Restarting the governor'
remember_lines
if restart_governor && await_line 'Testnet flatten disabled' 20; then
  say "  ✓ $line"
else
  fail 'the governor does not say that flatten is disabled (20 s)'
fi

step 11 'Deactivating ESS'
lift_ess || true
ess_ours=''
((${#reasons[@]} == 0))
