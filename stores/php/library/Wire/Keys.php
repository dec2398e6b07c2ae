<?php
declare(strict_types=1);

namespace XeroConnector\Wire;

/** Random texts that nobody can guess. */
final class Keys
{
    /** Names the shop in each request: 32 hex digits. */
    public static function key(): string
    {
        return bin2hex(random_bytes(16));
    }

    /** Signs requests and answers; its hex text is used as it is: 64 hex digits. */
    public static function secret(): string
    {
        return bin2hex(random_bytes(32));
    }

    /** Used once: 32 hex digits. */
    public static function nonce(): string
    {
        return bin2hex(random_bytes(16));
    }
}
