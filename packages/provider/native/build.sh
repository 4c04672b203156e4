#!/bin/sh
# Writes ../src/runtime/docker/launch-programs.ts from launch.c. Needs gcc for both processors (Debian: gcc,
# gcc-aarch64-linux-gnu).
set -eu
cd "$(dirname "$0")"
flags='-Os -static -nostdlib -ffreestanding -fno-builtin -fno-stack-protector -fno-asynchronous-unwind-tables
  -fno-tree-loop-distribute-patterns -fno-pie -no-pie -Wall -Wl,--build-id=none,-z,noseparate-code,-z,norelro,-s'
out=$(mktemp -d)
trap 'rm -r "$out"' EXIT
"${CC_X64:-x86_64-linux-gnu-gcc}" $flags launch.c -o "$out/x64"
"${CC_ARM64:-aarch64-linux-gnu-gcc}" $flags launch.c -o "$out/arm64"
{
  echo '/** native/launch.c for each processor, by the names that Node gives them; written by native/build.sh. */'
  echo 'export const launchPrograms: Readonly<Partial<Record<string, string>>> = {'
  for name in arm64 x64; do
    echo "  // biome-ignore format: one line each"
    echo "  $name: '$(gzip -9nc "$out/$name" | base64 -w0)',"
  done
  echo '}'
} >../src/runtime/docker/launch-programs.ts
wc -c "$out"/*
