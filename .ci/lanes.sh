# Runs lists of commands side by side, for .ci/run: `run_lanes` runs functions, whose commands are
# told apart by `part`. Nothing of them is running when the shell ends, for whatever reason.

logs=$(mktemp -d)
lanes=()

# Run a part of a lane: what it says is shown in one piece, when it is over.
part() {
    local name=$1 started=$SECONDS status=0
    shift
    "$@" >"$logs/$name.log" 2>&1 || status=$?
    printf '%4d s  %s\n' $((SECONDS - started)) "$name" >>"$logs/times"
    if [[ $status -ne 0 ]]; then
        # The first that fails is shown last, once everything is stopped.
        (set -o noclobber && echo "$name" >"$logs/failed") 2>/dev/null || true
        return "$status"
    fi
    (flock 9 && show "$name") 9<"$logs"
}

show() {
    printf '\n===== %s\n' "$1"
    cat "$logs/$1.log"
}

# Stop the lanes that are still running, and all that they started.
stop_lanes() {
    local lane patience=90
    for lane in "${lanes[@]}"; do
        kill -TERM -- "-$lane" 2>/dev/null || true
    done
    for lane in "${lanes[@]}"; do
        while kill -0 -- "-$lane" 2>/dev/null && [[ $((patience--)) -gt 0 ]]; do sleep 1; done
        kill -KILL -- "-$lane" 2>/dev/null || true
    done
}

finish() {
    local status=$?
    trap - EXIT
    stop_lanes
    [[ ! -e $logs/failed ]] || show "$(<"$logs/failed")"
    [[ ! -e $logs/times ]] || sort -rn "$logs/times"
    [[ ! -e $logs/failed ]] || printf 'FAILED: %s\n' "$(<"$logs/failed")"
    rm -r "$logs"
    exit "$status"
}

# Run each function in a lane of its own; the first that fails ends them all, and the shell.
run_lanes() {
    local lane
    trap finish EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    # Each lane gets a process group, to be stopped as a whole.
    set -m
    for lane in "$@"; do
        "$lane" &
        lanes+=($!)
    done
    set +m
    for lane in "$@"; do
        wait -n
    done
}
