/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_FUZZ_H
#define COEXIST_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* What libFuzzer and replay.c call with each input. Aborts if something about
   it is not as it has to be. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
