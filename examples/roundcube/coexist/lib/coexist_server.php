<?php
// SPDX-License-Identifier: LGPL-2.1-or-later

require_once __DIR__ . '/coexist_setting.php';

/**
 * What the server says of this mailbox, and what it is told: the entries below
 * /private/vendor/vendor.dovecot-coexist/ of the server itself (doc/owner-choice.md).
 * What it says is a stranger's text until it is escaped.
 */
class coexist_server
{
    const ENTRIES = '/private/vendor/vendor.dovecot-coexist';

    const OF_A_SETTING = ['', 'effective/', 'given/', 'origin/', 'choices/'];
    const OF_THE_MAILBOX = ['status/pop3_last_use', 'status/pop3_deletions', 'status/may_undo'];

    /** @var rcube_imap */
    private $storage;

    /** @var array|null by name */
    private $entries;

    /** @var bool whether the server has not answered */
    private $failed = false;

    public function __construct($storage)
    {
        $this->storage = $storage;
    }

    /** Returns the entry's value, or null. */
    public function entry($name)
    {
        if ($this->entries === null) {
            $this->read();
        }

        return $this->entries[$name] ?? null;
    }

    /** Returns whether what was read last is no answer of the server's. */
    public function failed()
    {
        return $this->failed;
    }

    /** Returns each setting that the server knows, by its name. */
    public function settings()
    {
        $settings = [];

        foreach (coexist_setting::NAMES as $name) {
            if ($this->entry("effective/$name") !== null) {
                $settings[$name] = new coexist_setting($this, $name);
            }
        }

        return $settings;
    }

    /** Returns the folders of the mailbox, as the server sorts them, in UTF-8. */
    public function folders()
    {
        return array_map(static function ($name) {
            return rcube_charset::convert($name, 'UTF7-IMAP');
        }, (array) $this->storage->list_folders());
    }

    /** Returns what Roundcube knows of the quota, null where there is none, false without an answer. */
    public function quota()
    {
        $quota = $this->storage->get_quota('INBOX');

        if (!is_array($quota)) {
            return false;
        }

        return !empty($quota['total']) ? $quota : null;
    }

    /** Returns how many messages of INBOX have the keyword. */
    public function count_keyword($keyword)
    {
        if (!$this->storage->check_connection()) {
            return 0;
        }

        $found = $this->storage->conn->search('INBOX', "KEYWORD $keyword", false, ['COUNT']);

        return $found->is_error() ? 0 : $found->count();
    }

    /**
     * Stores choices in one command, null for none. Returns '', or the sentence with
     * which the server refused all of them.
     */
    public function store(array $choices)
    {
        if (!$choices) {
            return '';
        }

        $entries = [];
        foreach ($choices as $name => $value) {
            $entries[self::ENTRIES . "/$name"] = $value;
        }
        $this->entries = null;

        return $this->storage->set_metadata('', $entries) ? '' : $this->refusal();
    }

    /** Brings back what a session deleted. Returns '' or a sentence. */
    public function undo($session)
    {
        return $this->store(['undo' => $session]);
    }

    private function read()
    {
        $this->entries = [];
        $this->failed  = !$this->storage->check_connection();

        if ($this->failed || !$this->storage->get_capability('METADATA-SERVER')) {
            return;
        }

        // not what Roundcube's own cache had of it days ago
        $found        = $this->storage->get_metadata('', self::names(), [], true);
        $this->failed = !is_array($found) && !$this->is_closed();

        foreach ((array) ($found[''] ?? []) as $name => $value) {
            if (strpos($name, self::ENTRIES . '/') === 0) {
                $this->entries[substr($name, strlen(self::ENTRIES) + 1)] = (string) $value;
            }
        }
    }

    /**
     * Returns whether the server does not have the command: nothing is open, and
     * Roundcube remembers a capability of an earlier request.
     */
    private function is_closed()
    {
        $refusals = [rcube_imap_generic::ERROR_NO, rcube_imap_generic::ERROR_BAD];

        return in_array($this->storage->get_error_code(), $refusals)
            && in_array($this->storage->conn->resultcode, [null, 'CANNOT'], true);
    }

    /** All of them by name: Roundcube writes options, such as DEPTH, where Dovecot expects none. */
    private static function names()
    {
        $names = self::OF_THE_MAILBOX;

        foreach (self::OF_A_SETTING as $folder) {
            foreach (coexist_setting::NAMES as $name) {
                $names[] = $folder . $name;
            }
        }

        return array_map(static function ($name) {
            return self::ENTRIES . "/$name";
        }, $names);
    }

    /** The server's sentence without what Roundcube and Dovecot put around it. */
    private function refusal()
    {
        $text = preg_replace('/^SETMETADATA: /', '', (string) $this->storage->get_error_str());
        // Dovecot puts the time that it took before the last full stop
        $text = preg_replace('/ \([\d. +]+ secs\)\.$/', '.', trim($text));

        return $text !== '' ? $text : 'SETMETADATA';
    }
}
