/**
 * Edits of a host's fstab, as text for bash: a line too many or too few there keeps a machine from starting.
 *
 * - Links are followed: what the link names is changed, and the link stays one.
 * - All edits take a lock: one would otherwise undo another, and that brick be missing after the next restart.
 * - The new text is written beside the file, proved to be the old one but for our line, synced, and put in its place
 *   by a rename: whatever happens in between, the administrator's lines are there.
 * - Owner, mode, SELinux context and further attributes are kept.
 */
const COMMON = `
set -u; export LC_ALL=C; umask 022
given=$1; export P=$2
refuse() { [ -z "\${t-}" ] || rm -f -- "$t"; echo "the fstab $given was left as it was: $1" >&2; exit 1; }
f=$(readlink -f -- "$given") && [ -n "$f" ] || refuse "no such directory, or its links lead nowhere"
lock() {
  { exec 9>>"$f.lock"; } 2>/dev/null || refuse "cannot write $f.lock, which edits of it are locked by"
  flock 9 || refuse "cannot lock $f.lock"
}
sum() { sha256sum <"$1" | { read -r s _ && echo "$s"; } }
textSum() { sha256sum | { read -r s _ && echo "$s"; } }
has() {
  awk '$1 !~ /^#/ && $2 == ENVIRON["P"] {n = 1} END {exit !n}' "$1"
  case $? in 0) ;; 1) return 1 ;; *) refuse "awk cannot read $1" ;; esac
}
others() { awk '!($1 !~ /^#/ && $2 == ENVIRON["P"])' "$1" | textSum; }
isThere() {
  [ ! -e "$f" ] || [ -f "$f" ] || refuse "$f is no regular file"
  [ -f "$f" ]
}
begin() {
  { : >>"$f"; } 2>/dev/null || refuse "$f cannot be written (read-only file system? immutable? lsattr $f tells)"
  before=$(sum "$f") && [ -n "$before" ] || refuse "cannot read $f"
  t=$f.mortar; rm -f -- "$t"
  cp -a -- "$f" "$t" || refuse "cannot make a copy beside it"
}
replace() {
  dd if=/dev/null of="$t" conv=notrunc,fsync 2>/dev/null || refuse "cannot write the new one to the disk"
  [ "$(sum "$f")" = "$before" ] || refuse "somebody else changed it at the same moment"
  mv -f -- "$t" "$f" 2>/dev/null && return
  # A file that is mounted by itself, as containers have them, cannot be replaced.
  inPlace && dd if=/dev/null of="$f" conv=notrunc,fsync 2>/dev/null && [ "$(sum "$f")" = "$(sum "$t")" ] || {
    echo "the fstab $given could not be written whole; what it should hold is in $t" >&2; exit 1; }
  rm -f -- "$t"
}
`;

/** Arguments: fstab, mount point, line. */
export const APPEND_SCRIPT = `${COMMON}
line=$3
lock
isThere || : >"$f" || refuse "it is not there, and cannot be made"
has "$f" && exit 0
begin
size=$(wc -c <"$f")
if [ "$size" -gt 0 ] && [ "$(tail -c 1 -- "$f" | wc -l)" -eq 0 ]; then line=$'\\n'$line; fi
printf '%s\\n' "$line" >>"$t" || refuse "cannot write the new one"
[ "$(head -c "$size" -- "$t" | textSum)" = "$before" ] || refuse "other lines would have changed"
[ "$(tail -n 1 -- "$t")" = "$3" ] && has "$t" || refuse "the new line would not have been a line of its own"
inPlace() { printf '%s\\n' "$line" >>"$f"; }
replace
`;

/** Arguments: fstab, mount point, pattern of the beginning of its lines up to the end of the mount point. */
export const DELETE_SCRIPT = `${COMMON}
isThere || exit 0
lock
has "$f" || exit 0
begin
sed -e "\\\\@$3\\$@d" -e "\\\\@$3[[:blank:]]@d" -- "$f" >"$t" || refuse "cannot write the new one"
! has "$t" || refuse "the line would still have been there"
[ "$(others "$f")" = "$(others "$t")" ] || refuse "other lines would have changed"
cp -a -- "$f" "$f.save" || refuse "cannot keep a copy as $f.save"
inPlace() { cat -- "$t" >"$f"; }
replace
`;
