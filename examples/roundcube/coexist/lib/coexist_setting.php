<?php
// SPDX-License-Identifier: LGPL-2.1-or-later

require_once __DIR__ . '/coexist_bounds.php';

/** One key that can be opened to the owner: what holds, and what may be chosen. */
class coexist_setting
{
    const NAMES = [
        'pop3_mark_read', 'pop3_delete', 'pop3_keep_days',
        'pop3_folders', 'pop3_show', 'pop3_show_days', 'pop3_show_since', 'pop3_show_deleted',
        'quota_warn', 'quota_warn_free', 'quota_warn_channels', 'quota_warn_repeat',
        'quota_warn_rearm', 'quota_warn_recovered', 'language',
    ];

    /** @var string */
    public $name;
    /** @var string the value that will hold */
    public $effective;
    /** @var string the value that holds without the owner's choice */
    public $given;
    /** @var string owner, administrator or default */
    public $origin;
    /** @var string|null what the owner chose, be it that it holds or not */
    public $chosen;
    /** @var coexist_bounds|null what may be chosen; null if the key is closed */
    public $bounds;

    public function __construct(coexist_server $server, $name)
    {
        $choices = $server->entry("choices/$name");

        $this->name      = $name;
        $this->effective = (string) $server->entry("effective/$name");
        $this->given     = $server->entry("given/$name") ?? $this->effective;
        $this->origin    = (string) $server->entry("origin/$name");
        $this->chosen    = $server->entry($name);
        $this->bounds    = $choices === null ? null : new coexist_bounds($choices);
    }

    public function is_open()
    {
        return $this->bounds !== null;
    }

    /** Returns the owner's choice if it holds, '' for none. */
    public function choice()
    {
        return $this->origin === 'owner' ? $this->effective : '';
    }

    /** Returns true if there is a choice that does not hold. */
    public function is_asleep()
    {
        return $this->chosen !== null && $this->chosen !== '' && $this->origin !== 'owner';
    }
}
