#!/usr/bin/env bash
# Prepares a testnet account for figures that begin at zero: ESS on, a person closes the positions, ESS off, baseline shown.
# It closes nothing itself. What is open is what the exchange shows, not which keys Redis holds: a position's key outlives the position.
# Exit codes: 0 done, 1 no controller, an account that cannot be read, or positions left when the time was up, 64 usage, 130 and 143
# interrupted (ESS stays on).
set -uo pipefail

home=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd -P)
# shellcheck source=account_steps.bash
source "$home/account_steps.bash"

poll_s=10 limit_s=600

usage() {
  cat <<TEXT
usage: sudo $(basename -- "$0") [--timeout S] [--poll S]
  --timeout S  how long to wait for the positions to be closed before asking (default $limit_s)
  --poll S     how often the exchange is asked (default $poll_s)
Places: QUANTUM_ETC_DIR, QUANTUM_RUN_DIR, TRADER_ROOT, ESS_CONTROLLER, TRADER_CLI, GOVERNOR_METRICS; GOVERNOR_LOG without systemd.
Closes no position: a person does.
example: sudo $(basename -- "$0")
TEXT
}

seconds() { [[ $2 =~ ^[1-9][0-9]{0,4}$ ]] && printf '%s' "$2" || { echo "$1 wants seconds" >&2; exit 64; }; }

while (($#)); do
  case $1 in
    --timeout) limit_s=$(seconds "$1" "${2:-}") || exit; shift ;;
    --poll) poll_s=$(seconds "$1" "${2:-}") || exit; shift ;;
    --help | -h) usage; exit 0 ;;
    *) echo "unknown option '$1' (--help shows what there is)" >&2; exit 64 ;;
  esac
  shift
done

scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
interrupted() { echo; say "interrupted; ESS is left as it is: $([[ -e $latch ]] && echo ACTIVE || echo INACTIVE)"; exit "$1"; }
trap 'interrupted 130' INT
trap 'interrupted 143' TERM HUP

abort() { printf '✗ %s\n' "$*" >&2; exit 1; }

# Whoever made another stop meanwhile had a reason that this script does not know.
deactivate() {
  if [[ -e $latch ]] && ! ess_is_ours; then
    abort "FAIL: ESS stays ON: this stop is not this run's ($ess_other). To resume trading: bash $controller deactivate"
  fi
  ess deactivate && [[ ! -e $latch ]] || abort "ESS could not be deactivated; $latch is what stops trading"
}

# At the time limit. Only a person may lift the stop with positions open; without one it stays.
ask() {
  say "✗ TIMEOUT: still ${open:-an unknown number of} open positions after $limit_s s:"
  say "$held"
  if [[ ! -t 0 ]]; then
    abort "nobody to ask: ESS stays ON. Close the positions and run this again, or: bash $controller deactivate"
  fi
  local reply=
  read -r -n 1 -p 'Deactivate ESS and exit? (y/n): ' reply || reply=
  echo
  if [[ $reply == [Yy] ]]; then
    deactivate
    say 'Exiting with open positions remaining'
    exit 1
  fi
  say 'Continuing to wait...'
}

say '========================================'
say 'TESTNET CLEAN SLATE HELPER'
say '========================================'
controller=$(find_controller) || abort "ESS controller not found (ESS_CONTROLLER names it; looked for $root/ops/ess_controller.sh)"
program=$(find_program) || abort "neither Trader.Cli nor trader found in $root (TRADER_CLI names it)"
load_env "$etc/trader.env"
load_env "$governor_env"

step 1 'Activating ESS (Emergency Stop System)...'
ess_before=$([[ -e $latch ]] && echo 1)
ess activate && [[ -e $latch ]] || abort "ESS could not be activated ($latch is not there)"
say '✓ ESS activated - no new trades will execute'

step 2 'Open positions, from the exchange'
read_account || abort "the account cannot be read, so nothing is known (ESS stays ON): $held"
say "  $open open positions"
[[ -z $held ]] || say "$held"

if ((open == 0)); then
  step 3 'No positions to close - proceeding'
else
  step 3 'Waiting for manual position closure...'
  say '  ACTION REQUIRED: close all open positions by hand, on the exchange or with the testnet flatten runbook.'
  say "  The exchange is asked every $poll_s s."
  deadline=$((SECONDS + limit_s))
  while [[ $open != 0 ]]; do
    if ((SECONDS >= deadline)); then
      ask
      deadline=$((SECONDS + limit_s))
    fi
    say "[$(date '+%H:%M:%S')] Waiting... ${open:-?} position(s) open, timeout in $((deadline - SECONDS))s"
    sleep "$poll_s"
    # A read that failed proves nothing: waiting goes on.
    read_account || say "  the account cannot be read: $held"
  done
  say '✓ All positions closed!'
fi

step 4 'Deactivating ESS (resume trading)...'
if [[ -n $ess_before ]]; then
  # Whoever set it had a reason that this script does not know.
  say "ESS was on before this run: left ON. To resume trading: bash $controller deactivate"
else
  deactivate
  say '✓ ESS deactivated - system ready for clean slate trading'
fi

step 5 'P2.9 baseline metrics and recent activity'
governor_metrics '^(gov_p29_(checked|block|missing|stale)_total|gov_testnet_p29_enabled)'
if [[ -n ${GOVERNOR_LOG:-} ]]; then
  tail -n 2000 -- "$GOVERNOR_LOG"
else
  journalctl -u quantum-governor --since '10 minutes ago' --no-pager 2>/dev/null
fi | grep -iE 'testnet.*p2\.9|p2\.9.*testnet' | tail -n 20

say '========================================'
say 'CLEAN SLATE PREPARATION COMPLETE'
say '========================================'
