<?php
declare(strict_types=1);

namespace XeroConnector\Http;

use XeroConnector\Clock;
use XeroConnector\Settings;
use XeroConnector\Wire\Keys;
use XeroConnector\Wire\Signature;

/** The shop's calls to the connector, signed. */
final class Hooks
{
    private const GREETING = 5;

    /** @var Settings */
    private $settings;

    /** @var Sender */
    private $sender;

    /** @var Clock */
    private $clock;

    public function __construct(Settings $settings, Sender $sender, Clock $clock)
    {
        $this->settings = $settings;
        $this->sender = $sender;
        $this->clock = $clock;
    }

    /** @param array<string, mixed> $content */
    public function post(array $content, int $seconds): Reply
    {
        $body = (string) json_encode($content, JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE);
        $timestamp = (string) $this->clock->now();
        $headers = [
            'X-Timestamp: ' . $timestamp,
            'X-Signature: ' . Signature::ofHook($this->settings->get('secret'), $timestamp, $body),
        ];
        return $this->sender->post($this->settings->get('callback'), $headers, $body, $seconds);
    }

    /**
     * Asks whether the connector can be reached from here, and keeps the answer.
     *
     * @return array{reached: bool, error: string, status: int}
     */
    public function greet(): array
    {
        $nonce = Keys::nonce();
        $reply = $this->post(['hello' => $nonce], self::GREETING);
        $said = $reply->content();
        $reached = $reply->status() === 200 && ($said['hello'] ?? null) === $nonce;
        $error = $reached ? '' : self::why($reply);
        $this->settings->set(['reached' => $reached ? '1' : '0', 'error' => $error, 'quiet_until' => '0']);
        return ['reached' => $reached, 'error' => $error, 'status' => $reply->status()];
    }

    /** A sentence for the shop's owner. */
    public static function why(Reply $reply): string
    {
        if ($reply->status() === 0) {
            return 'The connector did not answer: ' . ($reply->error() ?: 'no connection') . '.';
        }
        if ($reply->status() === 401 || $reply->status() === 403) {
            return 'The connector does not know this shop: pair the two again.';
        }
        if ($reply->status() !== 200) {
            return 'The connector answered with HTTP status ' . $reply->status() . '.';
        }
        return 'Something else than the connector answers at its address.';
    }
}
