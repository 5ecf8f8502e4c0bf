/*
 * Loaded before a program (LD_PRELOAD): its disk fails for files whose names end with one of
 * FAILING_DISK_FILES, which stand between colons.
 *
 *   FAILING_DISK        control file: `OPERATION ERROR SKIP COUNT`, such as `sync EIO 2 1`: the third sync fails, once;
 *                       `write ENOSPC 0 -1`: each write fails, and each truncation; `sync HANG 0 -1`: each sync waits
 *                       until the file is gone, and is made then. Without the file everything works.
 *   FAILING_DISK_HITS   gets a byte for each failure
 *   FAILING_DISK_COUNT  gets a byte for each operation of the kind
 *
 * A sync that fails leaves what was written where a killed process's successor finds it, as a real one may.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int seen = 0;

static void note(const char *variable) {
  const char *file = getenv(variable);
  if (!file) return;
  FILE *out = fopen(file, "a");
  if (!out) return;
  fputc('.', out);
  fclose(out);
}

static int is_ours(int descriptor) {
  const char *suffixes = getenv("FAILING_DISK_FILES");
  char link[64], path[4096];
  if (!suffixes) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  for (const char *suffix = suffixes; *suffix;) {
    size_t tail = strcspn(suffix, ":");
    if (tail > 0 && (size_t)length >= tail && strncmp(path + length - tail, suffix, tail) == 0) return 1;
    suffix += tail + (suffix[tail] == ':');
  }
  return 0;
}

/* 1: it fails now, with errno set. */
static int fails(const char *operation, int descriptor) {
  const char *control = getenv("FAILING_DISK");
  char wanted[16] = "", error[16] = "";
  int skip = 0, count = 0;
  if (!control || !is_ours(descriptor)) return 0;
  FILE *in = fopen(control, "r");
  if (!in) return 0;
  int fields = fscanf(in, "%15s %15s %d %d", wanted, error, &skip, &count);
  fclose(in);
  if (fields != 4 || strcmp(wanted, operation) != 0) return 0;
  note("FAILING_DISK_COUNT");
  int number = seen++;
  if (number < skip || (count >= 0 && number >= skip + count)) return 0;
  note("FAILING_DISK_HITS");
  if (strcmp(error, "HANG") == 0) {
    while (access(control, F_OK) == 0) usleep(5000);
    return 0;
  }
  errno = strcmp(error, "ENOSPC") == 0 ? ENOSPC : EIO;
  return 1;
}

#define REAL(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

int fsync(int descriptor) { return fails("sync", descriptor) ? -1 : REAL(fsync)(descriptor); }

int fdatasync(int descriptor) { return fails("sync", descriptor) ? -1 : REAL(fdatasync)(descriptor); }

ssize_t write(int descriptor, const void *data, size_t size) {
  return fails("write", descriptor) ? -1 : REAL(write)(descriptor, data, size);
}

ssize_t pwrite(int descriptor, const void *data, size_t size, off_t offset) {
  return fails("write", descriptor) ? -1 : REAL(pwrite)(descriptor, data, size, offset);
}

ssize_t pwrite64(int descriptor, const void *data, size_t size, off64_t offset) {
  return fails("write", descriptor) ? -1 : REAL(pwrite64)(descriptor, data, size, offset);
}

int ftruncate(int descriptor, off_t size) { return fails("write", descriptor) ? -1 : REAL(ftruncate)(descriptor, size); }

int ftruncate64(int descriptor, off64_t size) {
  return fails("write", descriptor) ? -1 : REAL(ftruncate64)(descriptor, size);
}
