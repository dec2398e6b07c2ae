<?php
declare(strict_types=1);

namespace XeroConnector\Wire;

/** The signatures of requests, answers and hints: lower-case hex HMAC-SHA256. */
final class Signature
{
    public static function ofRequest(string $secret, string $timestamp, string $nonce, string $body): string
    {
        $text = "connector-request-1\n" . $timestamp . "\n" . $nonce . "\n" . hash('sha256', $body);
        return hash_hmac('sha256', $text, $secret);
    }

    public static function ofAnswer(string $secret, string $nonce, string $body): string
    {
        $text = "connector-answer-1\n" . $nonce . "\n" . hash('sha256', $body);
        return hash_hmac('sha256', $text, $secret);
    }

    /** What the shop sends of its own accord, under the secret that both sides compute and nobody sends. */
    public static function ofHook(string $secret, string $timestamp, string $body): string
    {
        return hash_hmac('sha256', $timestamp . '.' . $body, hash_hmac('sha256', 'hooks', $secret));
    }
}
