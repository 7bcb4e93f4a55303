#!/usr/bin/env node
// this file exists before the build, because package managers link it at install time
import "../dist/bin.js";
