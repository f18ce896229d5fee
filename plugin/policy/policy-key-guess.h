/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_KEY_GUESS_H
#define COEXIST_POLICY_KEY_GUESS_H

/* Guess of the key that somebody meant by a name that is none ("did you mean"):
   one with the prefix coexist_, in another letter case, without its underscores,
   or with a typo or two. Returns the key's name, or NULL if nothing is near. */
const char *coexist_key_guess(const char *name);

#endif
