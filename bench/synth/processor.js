// Prints the milliseconds that this process had the processor.
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  console.log((user + system) / 1000);
});
