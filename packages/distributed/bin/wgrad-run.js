#!/usr/bin/env node
// a file that is there before the package is built: package managers link it as they install
import "../dist/bin.js";
