// Imported first: says what is wrong before anything newer is used.
const major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  console.error(`Waymark needs Node 20 or newer to install and start; this is Node ${process.versions.node}.`);
  process.exit(1);
}
