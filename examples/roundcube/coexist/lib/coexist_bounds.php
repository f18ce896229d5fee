<?php
// SPDX-License-Identifier: LGPL-2.1-or-later

/**
 * What may be chosen, as the server says it: "hide,trash", "0,7..90", "1B..", or nothing
 * for whatever there is. It helps to draw the page; the server judges.
 */
class coexist_bounds
{
    const UNITS = ['b' => 1, 'k' => 1024, 'm' => 1048576, 'g' => 1073741824, 't' => 1099511627776];
    const SECONDS = ['s' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, 'w' => 604800];

    /** @var string[] */
    private $alternatives;

    public function __construct($text)
    {
        $this->alternatives = $text === '' ? [] : explode(',', $text);
    }

    /**
     * Returns true if the value is an alternative or within a range. $size makes a number
     * of a value, and returns null for what is none.
     */
    public function allow($value, $size = null)
    {
        foreach ($this->alternatives as $alternative) {
            $ends = explode('..', $alternative, 2);
            if (count($ends) === 1 ? strcasecmp($alternative, $value) === 0
                || $size && $size($alternative) !== null && $size($alternative) === $size($value)
                : $size && self::is_between($size($value), $ends, $size)
            ) {
                return true;
            }
        }

        return !$this->alternatives;
    }

    /** Returns [least, greatest] of the numbers above 0; null for no end, or if there are none. */
    public function range()
    {
        $least = $greatest = null;
        $found = false;

        foreach ($this->alternatives as $alternative) {
            $ends = array_pad(explode('..', $alternative, 2), 2, $alternative);
            if ($ends[0] === '0' && $ends[1] === '0' || !preg_match('/^\d*$/D', $ends[0] . $ends[1])) {
                continue;
            }
            $from     = max(1, (int) $ends[0]);
            $least    = $found ? min($least, $from) : $from;
            $greatest = $ends[1] === '' || $found && $greatest === null ? null
                : max((int) $greatest, (int) $ends[1]);
            $found    = true;
        }

        return $found ? [$least, $greatest] : ($this->alternatives ? null : [1, null]);
    }

    /** A number, or null. */
    public static function number($text)
    {
        return preg_match('/^\d{1,10}%?$/D', $text) ? (int) $text : null;
    }

    /** Bytes of "10M" or "10 MB", or null. */
    public static function bytes($text)
    {
        return preg_match('/^(\d{1,10}) *([bkmgt]?)(?:i?b)?$/Di', $text, $part)
            ? (int) $part[1] * self::UNITS[strtolower($part[2] ?: 'b')] : null;
    }

    /** Seconds of "7d" or "7 days", or null. */
    public static function seconds($text)
    {
        if ($text === '0') {
            return 0;
        }

        return preg_match('/^(\d{1,10}) *(s|m|h|d|w)(?:ecs?|ins?|ours?|ays?|eeks?)?$/Di', $text, $part)
            ? (int) $part[1] * self::SECONDS[strtolower($part[2])] : null;
    }

    private static function is_between($value, array $ends, $size)
    {
        return $value !== null
            && ($ends[0] === '' || $value >= ($size($ends[0]) ?? PHP_INT_MAX))
            && ($ends[1] === '' || $value <= ($size($ends[1]) ?? -1));
    }
}
