#!/bin/sh
# Makes web.pcap: curl and nginx talking over good and bad paths, recorded by tcpdump on the client's side.
#
#     sudo examples/make_web_capture.sh [OUTPUT]        needs: nginx, curl, tcpdump, iproute2, nftables, python3
#
# Client and server are two network namespaces of this machine; between them sits relay.py, which delays, loses and
# reorders what passes.  All addresses are from the ranges for documentation (RFC 5737, RFC 3849), and nothing leaves
# the namespaces.  It takes about 20 seconds.  What happens, by server address:
#
#     198.51.100.10, 2001:db8:2::10   a near server: pages, a download that was under way when the capture began and
#                                     one that still is when it ends, idle connections with keep-alives, a refused
#                                     port, a port that never answers, resets from either side, a reader that stalls
#     198.51.100.20                   a server 180 ms away
#     198.51.100.30, 2001:db8:2::30   a path that loses 6 % and 4 % of all packets
#     198.51.100.40                   a path that reorders
set -eu

here=$(cd -- "$(dirname -- "$0")" && pwd)
output=${1:-$here/web.pcap}
snap_length=128 # headers, options and the first line of a request: enough to see, and the file stays small
client=tcpvtab-client
server=tcpvtab-server
work=$(mktemp -d)
relay=

# Not for a command in the background whose process is to be signalled: $! would be that of a shell around it.
on_client() { ip netns exec "$client" "$@"; }
on_server() { ip netns exec "$server" "$@"; }

# Ends what runs in the two namespaces and the relay between them, and nothing else.
clean_up() {
    for namespace in "$client" "$server"; do
        ip netns pids "$namespace" 2>/dev/null | xargs -r kill 2>/dev/null || true
    done
    [ -z "$relay" ] || kill "$relay"
    wait 2>/dev/null
    ip netns delete "$client" 2>/dev/null || true
    ip netns delete "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

wait_for() {
    tries=100
    until grep -q "$1" "$2" 2>/dev/null; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || { echo "make_web_capture.sh: no '$1' in $2" >&2; exit 1; }
        sleep 0.1
    done
}

make_network() {
    ip netns add "$client"
    ip netns add "$server"
    python3 "$here/relay.py" tcpvtab-c tcpvtab-s >"$work/relay.log" &
    relay=$!
    wait_for ready "$work/relay.log"
    ip link set tcpvtab-c netns "$client" name client0
    ip link set tcpvtab-s netns "$server" name server0

    for address in 192.0.2.10 192.0.2.20; do
        ip -n "$client" address add "$address/24" dev client0
    done
    ip -n "$client" address add 2001:db8:1::10/64 dev client0 nodad
    for last in 10 20 30 40; do
        ip -n "$server" address add "198.51.100.$last/24" dev server0
    done
    ip -n "$server" address add 2001:db8:2::10/64 dev server0 nodad
    ip -n "$server" address add 2001:db8:2::30/64 dev server0 nodad
    ip -n "$client" link set client0 up
    ip -n "$server" link set server0 up
    ip -n "$client" route add 198.51.100.0/24 dev client0
    ip -n "$client" route add 2001:db8:2::/64 dev client0
    ip -n "$server" route add 192.0.2.0/24 dev server0
    ip -n "$server" route add 2001:db8:1::/64 dev server0

    # A small receive buffer, so that a reader that stalls closes its window after 64 KiB and not after megabytes.
    on_client sysctl -q -w net.ipv4.tcp_rmem="4096 65536 65536"
    on_server nft -f - <<'RULES'
table inet firewall {
    chain input {
        type filter hook input priority 0;
        tcp dport 8443 drop
    }
}
RULES
}

start_server() {
    mkdir -p "$work/www/upload"
    chmod 755 "$work" "$work/www"
    chmod 777 "$work/www/upload"
    printf '<!doctype html><link rel=stylesheet href=style.css><img src=logo.png>\n' >"$work/www/index.html"
    head -c 2500 /dev/zero | tr '\0' 's' >"$work/www/style.css"
    head -c 12000 /dev/urandom >"$work/www/logo.png"
    head -c 60000 /dev/urandom >"$work/www/song.ogg"
    head -c 300000 /dev/urandom >"$work/www/film.webm"
    cat >"$work/nginx.conf" <<CONF
daemon off;
pid $work/nginx.pid;
error_log $work/error.log;
events { }
http {
    access_log $work/access.log;
    client_body_temp_path $work/body;
    sendfile on;
    reset_timedout_connection on; # makes 444 answer with a reset
    keepalive_timeout 4s;
    server {
        listen 80 so_keepalive=2s:1s:5;
        listen [::]:80;
        root $work/www;
        location /slow/ { alias $work/www/; limit_rate 6k; }
        location /drop { return 444; }
        location /upload/ { dav_methods PUT; }
    }
}
CONF
    on_server nginx -e "$work/error.log" -p "$work" -c "$work/nginx.conf" &
    wait_for . "$work/nginx.pid"
}

# fetch ADDRESS PATH… [CURL OPTION…]: all paths of a call go over one connection.  A failure is part of the show.
fetch() {
    address=$1
    shift
    urls=
    while [ $# -gt 0 ] && [ "${1#/}" != "$1" ]; do
        urls="$urls http://$address$1"
        shift
    done
    # shellcheck disable=SC2086 # lists of words
    on_client curl -s -g --max-time 20 "$@" $urls >/dev/null || true
}

page() {
    fetch "$1" /index.html /style.css /logo.png
}

begin_capture() {
    fetch 198.51.100.10 /slow/film.webm --max-time 6 &
    fetch '[2001:db8:2::10]' /slow/song.ogg &
    sleep 1
    ip netns exec "$client" tcpdump -i client0 -s "$snap_length" -Z root -w "$work/web.pcap" 2>"$work/tcpdump.log" &
    tcpdump=$!
    wait_for listening "$work/tcpdump.log"
}

end_capture() {
    fetch 198.51.100.10 /slow/film.webm 2>/dev/null &
    sleep 2
    kill "$tcpdump"
    wait "$tcpdump"
    mv "$work/web.pcap" "$output"
}

# A reader that is stopped while data arrives: its window closes, the server probes, then it reads on.
stall() {
    ip netns exec "$client" curl -s -o /dev/null --max-time 20 http://198.51.100.10/film.webm --limit-rate 150k &
    reader=$!
    sleep 0.4
    kill -STOP "$reader"
    sleep 3
    kill -CONT "$reader"
    wait "$reader" || true
}

browse() {
    # Idle connections: the first is kept alive by the client and then closed by the server, the second by the server.
    fetch 198.51.100.10 /index.html /index.html /index.html --rate 20/m --keepalive-time 1 &
    fetch 198.51.100.10 /index.html /style.css --rate 17/m --interface 192.0.2.20 &

    fetch 198.51.100.10:8443 / --connect-timeout 8 &
    fetch '[2001:db8:2::10]:8443' / --connect-timeout 2 &
    fetch 198.51.100.10:8080 /
    fetch '[2001:db8:2::10]:8080' /

    for address in 198.51.100.10 198.51.100.20 198.51.100.30 198.51.100.40 '[2001:db8:2::10]' '[2001:db8:2::30]'; do
        page "$address"
        fetch "$address" /song.ogg
    done
    for address in 198.51.100.30 198.51.100.40 '[2001:db8:2::30]'; do
        fetch "$address" /upload/song.ogg -T "$work/www/song.ogg" -H 'Expect:'
    done
    for again in 1 2 3 4 5 6; do
        fetch 198.51.100.30 "/index.html?$again" --interface 192.0.2.20
        fetch 198.51.100.10 "/missing/$again"
    done

    fetch 198.51.100.10 /drop
    fetch 198.51.100.20 /drop
    fetch 198.51.100.10 /slow/song.ogg --max-time 2
    fetch 198.51.100.20 /film.webm --max-time 1
    stall
}

make_network
start_server
begin_capture
browse
end_capture
echo "$output: $(wc -c <"$output") bytes"
