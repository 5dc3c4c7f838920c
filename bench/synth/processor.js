// Prints the processor time of this process in milliseconds.
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  console.log((user + system) / 1000);
});
