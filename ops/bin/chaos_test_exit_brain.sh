#!/usr/bin/env bash
# The runbook's chaos test: kills the exit brain for real and holds what follows against the pass/fail table.
# It looks at what is newer than the kill (last-generated-id), never at how long a stream is, so the second run tests like the first.
# Exit codes: 0 PASS, 1 FAIL, 64 usage, 69 a pre-check failed, 77 refused. On 64, 69 and 77 nothing was killed.
set -uo pipefail

readonly BRAIN='main_with_watchdog.py'
readonly UNITS=(quantum-exit-brain.service quantum-exit-brain-watchdog.service quantum-emergency-exit-worker.service)
readonly HEARTBEAT=exit_brain:heartbeat PANIC=system:panic_close COMPLETED=system:panic_close:completed HALT=system:state:trading
readonly DETECT_LIMIT_MS=5500 CLOSE_LIMIT_MS=10000 TOTAL_LIMIT_MS=15000

yes= by_pgrep= patience_s=30

usage() {
  cat <<TEXT
usage: sudo $(basename -- "$0") [--yes] [--pgrep] [--timeout S]
  --yes        do not ask
  --pgrep      the roles run without systemd: find them by their command lines
  --timeout S  how long to wait for each event (default 30)
REDIS_URL names the Redis (default redis://127.0.0.1:6379). TESTNET ONLY: refuses unless the brain itself runs with BINANCE_TESTNET=true.
example: sudo $(basename -- "$0") --yes
TEXT
}

stop() { local code=$1; shift; echo "❌ $*" >&2; exit "$code"; }

while (($#)); do
  case $1 in
    --yes) yes=1 ;;
    --pgrep) by_pgrep=1 ;;
    --timeout) patience_s=${2:-}; shift; [[ $patience_s =~ ^[1-9][0-9]{0,3}$ ]] || stop 64 '--timeout wants seconds' ;;
    --help | -h) usage; exit 0 ;;
    *) stop 64 "unknown option '$1' (--help shows what there is)" ;;
  esac
  shift
done

for tool in redis-cli pgrep; do command -v "$tool" >/dev/null || stop 69 "$tool is missing"; done

# --no-auth-warning: the password in a URL is the operator's own choice and no news.
redis() { redis-cli -u "${REDIS_URL:-redis://127.0.0.1:6379}" --no-auth-warning "$@" 2>/dev/null; }

# The value that follows a field name in the lines of an answer.
field() { local name=$1 line; while IFS= read -r line; do [[ $line == "$name" ]] && { IFS= read -r line; printf '%s' "$line"; return; }; done; }

now_ms() { local s us; { IFS= read -r s && IFS= read -r us; } < <(redis TIME) && echo $((s * 1000 + us / 1000)); }

last_id() { local id; id=$(redis XINFO STREAM "$1" | field last-generated-id); echo "${id:-0-0}"; }

newest_heartbeat_ms() { local id; IFS= read -r id < <(redis XREVRANGE "$HEARTBEAT" + - COUNT 1); echo "${id%%-*}"; }

# First entry after an id whose event_id fits (any when empty): its id in $found_id, its lines in $found.
await_entry() {
  local key=$1 after=$2 event=$3 deadline=$((SECONDS + patience_s)) lines
  while ((SECONDS < deadline)); do
    # One entry at a time: key, id, field, value, ...
    mapfile -t lines < <(redis XREAD COUNT 1 BLOCK 500 STREAMS "$key" "$after")
    if ((${#lines[@]} > 2)); then
      found_id=${lines[1]}
      found=$(printf '%s\n' "${lines[@]:2}")
      [[ -z $event || $(field event_id <<<"$found") == "$event" ]] && return 0
      after=$found_id
    elif [[ $(redis PING) != PONG ]]; then
      sleep 0.2
    fi
  done
  return 1
}

echo "=== CHAOS TEST: Exit Brain Kill ==="

# --- pre-checks; nothing is touched before all of them have passed --------------------------------------------------
if [[ -n $by_pgrep ]]; then
  for role in watchdog panic-close; do
    pgrep -f -- "--roles $role" >/dev/null || stop 69 "no process with '--roles $role' is running"
  done
else
  command -v systemctl >/dev/null || stop 69 'systemctl is missing; without systemd use --pgrep'
  for unit in "${UNITS[@]}"; do
    systemctl is-active --quiet "$unit" || stop 69 "$unit is not active (systemctl status $unit)"
  done
fi
mapfile -t pids < <(pgrep -f -- "$BRAIN")
((${#pids[@]} == 1)) || stop 69 "pgrep -f $BRAIN finds ${#pids[@]} processes; exactly one is wanted"
pid=${pids[0]}
environment=$(tr '\0' '\n' 2>/dev/null <"/proc/$pid/environ") || stop 69 "the environment of process $pid cannot be read; run as root"
grep -qix 'BINANCE_TESTNET=true' <<<"$environment" || stop 77 'REFUSED: the exit brain does not run with BINANCE_TESTNET=true'
! grep -qiE '^BINANCE_BASE_URL=https?://fapi\.binance\.com' <<<"$environment" || stop 77 'REFUSED: BINANCE_BASE_URL is production'
[[ $(redis PING) == PONG ]] || stop 69 'Redis does not answer (REDIS_URL chooses another)'
beat=$(newest_heartbeat_ms)
now=$(now_ms)
[[ -n $beat ]] || stop 69 "no heartbeat in $HEARTBEAT"
((now - beat < 3000)) || stop 69 "the newest heartbeat is $((now - beat)) ms old; the exit brain is not healthy"
[[ $(redis HGET "$HALT" halted) != true ]] || stop 69 "trading is halted already; recover first: redis-cli DEL $HALT"

positions=$(redis XREVRANGE "$HEARTBEAT" + - COUNT 1 | field active_positions)
echo "WARNING: This will close ALL test positions (${positions:-?} open)"
if [[ -z $yes ]]; then
  read -r -p 'Continue? (yes/no): ' confirm || confirm=
  [[ $confirm == yes ]] || stop 77 'not confirmed; nothing was killed'
fi

# --- the test -------------------------------------------------------------------------------------------------------
panic_after=$(last_id "$PANIC")
completed_after=$(last_id "$COMPLETED")
killed=$(now_ms)
kill -9 "$pid" || stop 69 "process $pid could not be killed"
echo "Killed exit brain (pid $pid) at $(date '+%H:%M:%S.%3N')"

await_entry "$PANIC" "$panic_after" '' || stop 1 "FAIL: no entry in $PANIC within ${patience_s}s"
panic_ms=${found_id%%-*}
event=$(field event_id <<<"$found")
echo "Panic close published: $(field reason <<<"$found")"
echo "Event ID: $event"
beat=$(newest_heartbeat_ms)
await_entry "$COMPLETED" "$completed_after" "$event" || stop 1 "FAIL: no completion of $event within ${patience_s}s"
completed_ms=${found_id%%-*}

failures=0
# name, measured, holds (a shell arithmetic value), limit
check() {
  local verdict=PASS
  (($3)) || { verdict=FAIL; failures=$((failures + 1)); }
  printf '  %-34s %-10s %-12s %s\n' "$1" "$4" "$2" "$verdict"
}
total=$(field positions_total <<<"$found") closed=$(field positions_closed <<<"$found") failed=$(field positions_failed <<<"$found")
halted=$(redis HGET "$HALT" halted)
detect=$((panic_ms - beat)) close=$((completed_ms - panic_ms)) all=$((completed_ms - killed))
echo
printf '  %-34s %-10s %-12s\n' check limit measured
check 'last heartbeat -> panic_close' "${detect}ms" $((detect < DETECT_LIMIT_MS)) "< ${DETECT_LIMIT_MS}ms"
check 'panic_close -> all closed' "${close}ms" $((close < CLOSE_LIMIT_MS)) "< ${CLOSE_LIMIT_MS}ms"
check 'kill -> all closed' "${all}ms" $((all < TOTAL_LIMIT_MS)) "< ${TOTAL_LIMIT_MS}ms"
check 'positions_failed' "${failed:-unknown}" "$([[ $failed == 0 ]] && echo 1 || echo 0)" 0
check 'positions_closed' "${closed:-unknown}" "$([[ -n $total && $closed == "$total" ]] && echo 1 || echo 0)" "${total:-?}"
check 'trading halted' "${halted:-not set}" "$([[ $halted == true ]] && echo 1 || echo 0)" true
echo
if ((failures)); then
  echo "❌ FAIL: $failures of 6 checks; failed symbols: $(field failed_symbols <<<"$found")"
  exit 1
fi
echo "✅ PASS: panic close completed ${all}ms after the kill"
echo "Recovery: redis-cli DEL $HALT; systemctl start quantum-exit-brain.service"
