/*
 * Loaded before a program (LD_PRELOAD): it is killed (SIGKILL) before it changes anything in a folder for the n-th time.
 *
 *   DYING_FOLDER   the folder; files below count, and the folder itself
 *   DYING_AT       n, from 1 on; without it the process lives on
 *   DYING_COUNT    a file that gets a byte for each change that was made or was about to be
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static int seen = 0;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

static void note(const char *file) {
  int out = REAL(open)(file, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (out < 0) return;
  if (REAL(write)(out, ".", 1) < 0) abort();
  close(out);
}

static void changes(const char *path) {
  const char *folder = getenv("DYING_FOLDER");
  const char *at = getenv("DYING_AT");
  const char *count = getenv("DYING_COUNT");
  if (!folder || !path || strncmp(path, folder, strlen(folder)) != 0) return;
  pthread_mutex_lock(&turn);
  seen++;
  if (count) note(count);
  if (at && seen == atoi(at)) kill(getpid(), SIGKILL);
  pthread_mutex_unlock(&turn);
}

static void changes_of(int descriptor) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return;
  path[length] = 0;
  changes(path);
}

int rename(const char *from, const char *to) {
  changes(to);
  return REAL(rename)(from, to);
}

int link(const char *from, const char *to) {
  changes(to);
  return REAL(link)(from, to);
}

int unlink(const char *path) {
  changes(path);
  return REAL(unlink)(path);
}

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = va_arg(rest, mode_t);
  va_end(rest);
  if (flags & (O_CREAT | O_TRUNC)) changes(path);
  return REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = va_arg(rest, mode_t);
  va_end(rest);
  if (flags & (O_CREAT | O_TRUNC)) changes(path);
  return REAL(open64)(path, flags, mode);
}

ssize_t write(int descriptor, const void *data, size_t size) {
  changes_of(descriptor);
  return REAL(write)(descriptor, data, size);
}

ssize_t pwrite(int descriptor, const void *data, size_t size, off_t offset) {
  changes_of(descriptor);
  return REAL(pwrite)(descriptor, data, size, offset);
}

ssize_t pwrite64(int descriptor, const void *data, size_t size, off64_t offset) {
  changes_of(descriptor);
  return REAL(pwrite64)(descriptor, data, size, offset);
}

int ftruncate(int descriptor, off_t size) {
  changes_of(descriptor);
  return REAL(ftruncate)(descriptor, size);
}

int ftruncate64(int descriptor, off64_t size) {
  changes_of(descriptor);
  return REAL(ftruncate64)(descriptor, size);
}

int fchmod(int descriptor, mode_t mode) {
  changes_of(descriptor);
  return REAL(fchmod)(descriptor, mode);
}

int fsync(int descriptor) {
  changes_of(descriptor);
  return REAL(fsync)(descriptor);
}

int fdatasync(int descriptor) {
  changes_of(descriptor);
  return REAL(fdatasync)(descriptor);
}
