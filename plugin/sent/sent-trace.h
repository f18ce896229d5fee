/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SENT_TRACE_H
#define COEXIST_SENT_TRACE_H

struct istream;

/* The trace of a message (RFC 5321, 4.4): the fields that each server on its way puts
   before those that are there. */

/* Returns how many bytes the fields take with which the message begins: Received,
   Return-Path, Delivered-To and X-Original-To. Such fields behind others are the
   message's own: it may have been sent on. 0 if there is nothing else in the header.
   The stream is read from its beginning. */
uoff_t coexist_sent_trace_size(struct istream *input);

#endif
