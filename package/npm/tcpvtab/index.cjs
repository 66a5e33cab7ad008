'use strict';

// The module is in a package of its own for each platform, of which npm installs the one that fits.
function getLoadablePath() {
  const platform = `tcpvtab-${process.platform}-${process.arch}`;
  try {
    return require.resolve(platform);
  } catch (cause) {
    throw new Error(`tcpvtab: the package ${platform} is not installed`, { cause });
  }
}

function load(db) {
  db.loadExtension(getLoadablePath());
}

module.exports = { getLoadablePath, load };
