<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

use XeroConnector\Clock;
use XeroConnector\Http\Reply;
use XeroConnector\Http\Sender;

/** A clock that stands where it is put. */
final class StoppedClock extends Clock
{
    /** @var int */
    public $now = 1796000000;

    public function now(): int
    {
        return $this->now;
    }
}

/** Keeps what would be sent, and answers what it is told to. */
final class Recorder implements Sender
{
    /** @var array<int, array{url: string, headers: array, body: string, seconds: int}> */
    public $sent = [];

    /** @var callable */
    public $reply;

    public function __construct()
    {
        $this->reply = static function (): Reply {
            return new Reply(200, '{}');
        };
    }

    public function post(string $url, array $headers, string $body, int $seconds): Reply
    {
        $this->sent[] = ['url' => $url, 'headers' => $headers, 'body' => $body, 'seconds' => $seconds];
        return ($this->reply)($body);
    }
}
