<?php
declare(strict_types=1);

namespace XeroConnector\Http;

use XeroConnector\Settings;
use XeroConnector\Wire\Keys;

/** What the shop's staff want done: records synced, left out, or taken in again. */
final class Wishes
{
    public const ASKS = ['sync', 'leave_out', 'take_in'];
    public const MOST = 200;
    private const SECONDS = 10;

    /** @var Settings */
    private $settings;

    /** @var Hooks */
    private $hooks;

    public function __construct(Settings $settings, Hooks $hooks)
    {
        $this->settings = $settings;
        $this->hooks = $hooks;
    }

    /**
     * @param string $ask one of ASKS
     * @param string $kind "order", "product" or "customer"
     * @param array<int, int> $ids at most MOST
     * @param string $reason needed for anything but "sync"
     * @return array{done: array<int, array{id: int, did: string}>, error: string} plain text, to be escaped
     */
    public function ask(string $ask, string $kind, array $ids, string $person, string $reason): array
    {
        $problem = $this->problem($ask, $ids, trim($reason));
        if ($problem !== '') {
            return ['done' => [], 'error' => $problem];
        }
        $reply = $this->hooks->post([
            'ask' => $ask,
            'kind' => $kind,
            'ids' => array_values($ids),
            'person' => $person,
            'reason' => $reason,
            'call' => Keys::nonce(),
        ], self::SECONDS);
        $said = $reply->content();
        if ($reply->status() !== 200 || !isset($said['done']) || !is_array($said['done'])) {
            return ['done' => [], 'error' => Hooks::why($reply)];
        }
        return ['done' => self::sentences($said['done']), 'error' => ''];
    }

    private function problem(string $ask, array $ids, string $reason): string
    {
        if (!$this->settings->isOn()) {
            return 'The Xero connector is switched off.';
        }
        if (!$this->settings->isPaired()) {
            return 'This shop is not paired with the connector yet: see the Xero page.';
        }
        if (!in_array($ask, self::ASKS, true) || $ids === []) {
            return 'Nothing is chosen.';
        }
        if ($ask !== 'sync' && $reason === '') {
            return 'Please say why: it is kept with the order.';
        }
        return count($ids) > self::MOST ? 'At most ' . self::MOST . ' at once, please.' : '';
    }

    private static function sentences(array $done): array
    {
        $sentences = [];
        foreach ($done as $one) {
            if (isset($one['id'], $one['did']) && is_scalar($one['id']) && is_string($one['did'])) {
                $sentences[] = ['id' => (int) $one['id'], 'did' => $one['did']];
            }
        }
        return $sentences;
    }
}
