// For a server that is tried out: it ends, in order, when the process that started it is gone, however that ended.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
