#!/bin/sh
# Runs a program as two ranks on two hosts of a hostfile: two connected network namespaces, each with its own host name.
# two-hosts.sh FOLDER COMMAND…   Needs root, iproute2 and Open MPI
set -eu
folder=$1
shift
one="wg$$a"
two="wg$$b"
clean() {
  ip netns del "$one" 2>/dev/null || true
  ip netns del "$two" 2>/dev/null || true
  rm -rf "/etc/netns/$one" "/etc/netns/$two"
}
trap clean EXIT INT TERM
ip netns add "$one"
ip netns add "$two"
ip link add "v$one" netns "$one" type veth peer name "v$two" netns "$two"
ip -n "$one" addr add 10.77.0.1/24 dev "v$one"
ip -n "$two" addr add 10.77.0.2/24 dev "v$two"
for host in "$one" "$two"; do
  mkdir -p "/etc/netns/$host"
  printf '127.0.0.1 localhost\n10.77.0.1 %s\n10.77.0.2 %s\n' "$one" "$two" >"/etc/netns/$host/hosts"
  ip -n "$host" link set lo up
  ip -n "$host" link set "v$host" up
done
printf '%s slots=1\n%s slots=1\n' "$one" "$two" >"$folder/hosts"
# replaces ssh: takes the host, then the command
cat >"$folder/agent" <<'AGENT'
#!/bin/sh
host=$1
shift
exec ip netns exec "$host" unshare --uts sh -c "hostname $host; $*"
AGENT
chmod +x "$folder/agent"
ip netns exec "$one" unshare --uts sh -c "hostname $one; exec \"\$@\"" sh \
  mpirun.openmpi --allow-run-as-root --hostfile "$folder/hosts" --mca plm_rsh_agent "$folder/agent" \
  --mca btl self,tcp --mca btl_tcp_if_include 10.77.0.0/24 -n 2 "$@"
