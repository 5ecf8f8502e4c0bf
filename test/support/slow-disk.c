/* Loaded before a program (LD_PRELOAD): each of its syncs takes SLOW_DISK_MS longer, as on a disk in a network. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static int slowly(const char *name, int descriptor) {
  const char *ms = getenv("SLOW_DISK_MS");
  if (ms) usleep(atoi(ms) * 1000);
  return ((int (*)(int))dlsym(RTLD_NEXT, name))(descriptor);
}

int fsync(int descriptor) { return slowly("fsync", descriptor); }

int fdatasync(int descriptor) { return slowly("fdatasync", descriptor); }
