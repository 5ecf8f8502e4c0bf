/*
 * Loaded before a program (LD_PRELOAD): notes what it does to the files of one folder, in the order in which it happens,
 * so that a test can tell what a power cut would leave.
 *
 *   RECORDING_DISK_FOLDER  the folder
 *   RECORDING_DISK         gets the notes: a line `KIND NAME OFFSET LENGTH`, followed by LENGTH bytes. KIND is `write`,
 *                          `truncate` (OFFSET is the size), `begin` and `end` of a sync that went well (OFFSET is its
 *                          number), `block` after the `begin` of one in the program's first thread, `create` or `unlink`. NAME is `.` for the folder itself.
 *   RECORDING_DISK_WAIT    microseconds that each sync takes longer
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long long syncs = 0;

/* The name in the folder, or null for a file elsewhere. */
static const char *in_folder(const char *path) {
  const char *folder = getenv("RECORDING_DISK_FOLDER");
  size_t length = folder ? strlen(folder) : 0;
  if (!length || strncmp(path, folder, length) != 0) return NULL;
  if (path[length] == 0) return ".";
  return path[length] == '/' && !strchr(path + length + 1, '/') ? path + length + 1 : NULL;
}

static const char *name_of(int descriptor, char *path, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, size - 1);
  if (length < 0) return NULL;
  path[length] = 0;
  return in_folder(path);
}

static void note(const char *kind, const char *name, long long offset, const void *data, size_t length) {
  static int out = -1;
  char line[512];
  if (out < 0) out = REAL(open64)(getenv("RECORDING_DISK"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  int head = snprintf(line, sizeof line, "%s %s %lld %zu\n", kind, name, offset, length);
  if (REAL(write)(out, line, head) != head || (length && REAL(write)(out, data, length) != (ssize_t)length)) abort();
}

#define RECORDED(descriptor)                             \
  char path[4096];                                       \
  const char *name = name_of(descriptor, path, sizeof path); \
  if (name)

static ssize_t recorded_write(int descriptor, const char *name, const void *data, size_t size, long long offset) {
  pthread_mutex_lock(&lock);
  ssize_t written = REAL(pwrite64)(descriptor, data, size, offset);
  if (written > 0) note("write", name, offset, data, written);
  pthread_mutex_unlock(&lock);
  return written;
}

ssize_t pwrite64(int descriptor, const void *data, size_t size, off64_t offset) {
  RECORDED(descriptor) return recorded_write(descriptor, name, data, size, offset);
  return REAL(pwrite64)(descriptor, data, size, offset);
}

ssize_t pwrite(int descriptor, const void *data, size_t size, off_t offset) {
  RECORDED(descriptor) return recorded_write(descriptor, name, data, size, offset);
  return REAL(pwrite)(descriptor, data, size, offset);
}

ssize_t write(int descriptor, const void *data, size_t size) {
  RECORDED(descriptor) {
    off64_t offset = lseek64(descriptor, 0, SEEK_CUR);
    ssize_t written = recorded_write(descriptor, name, data, size, offset);
    if (written > 0) lseek64(descriptor, offset + written, SEEK_SET);
    return written;
  }
  return REAL(write)(descriptor, data, size);
}

static int recorded_truncate(int descriptor, const char *name, long long size) {
  pthread_mutex_lock(&lock);
  int failed = REAL(ftruncate64)(descriptor, size);
  if (!failed) note("truncate", name, size, NULL, 0);
  pthread_mutex_unlock(&lock);
  return failed;
}

int ftruncate64(int descriptor, off64_t size) {
  RECORDED(descriptor) return recorded_truncate(descriptor, name, size);
  return REAL(ftruncate64)(descriptor, size);
}

int ftruncate(int descriptor, off_t size) {
  RECORDED(descriptor) return recorded_truncate(descriptor, name, size);
  return REAL(ftruncate)(descriptor, size);
}

static int recorded_sync(int (*sync)(int), int descriptor) {
  RECORDED(descriptor) {
    pthread_mutex_lock(&lock);
    long long number = ++syncs;
    note("begin", name, number, NULL, 0);
    if (gettid() == getpid()) note("block", name, number, NULL, 0);
    pthread_mutex_unlock(&lock);
    int failed = sync(descriptor);
    if (getenv("RECORDING_DISK_WAIT")) usleep(atoi(getenv("RECORDING_DISK_WAIT")));
    pthread_mutex_lock(&lock);
    if (!failed) note("end", name, number, NULL, 0);
    pthread_mutex_unlock(&lock);
    return failed;
  }
  return sync(descriptor);
}

int fsync(int descriptor) { return recorded_sync(REAL(fsync), descriptor); }

int fdatasync(int descriptor) { return recorded_sync(REAL(fdatasync), descriptor); }

static int recorded_open(const char *path, int flags, mode_t mode) {
  const char *name = flags & O_CREAT ? in_folder(path) : NULL;
  if (!name || access(path, F_OK) == 0) return REAL(open64)(path, flags, mode);
  pthread_mutex_lock(&lock);
  int descriptor = REAL(open64)(path, flags, mode);
  if (descriptor >= 0) note("create", name, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  return descriptor;
}

#define MODE_OF(flags)                             \
  mode_t mode = 0;                                 \
  if ((flags) & (O_CREAT | O_TMPFILE)) {           \
    va_list more;                                  \
    va_start(more, flags);                         \
    mode = va_arg(more, mode_t);                   \
    va_end(more);                                  \
  }

int open64(const char *path, int flags, ...) {
  MODE_OF(flags)
  return recorded_open(path, flags, mode);
}

int open(const char *path, int flags, ...) {
  MODE_OF(flags)
  return recorded_open(path, flags, mode);
}

int unlink(const char *path) {
  const char *name = in_folder(path);
  if (!name) return REAL(unlink)(path);
  pthread_mutex_lock(&lock);
  int failed = REAL(unlink)(path);
  if (!failed) note("unlink", name, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  return failed;
}
