<?php
declare(strict_types=1);

namespace XeroConnector\Outbox;

use Throwable;
use XeroConnector\Clock;
use XeroConnector\Http\Hooks;
use XeroConnector\Platform;
use XeroConnector\Settings;
use XeroConnector\Wire\Keys;

/**
 * Tells the connector which records to look at, once the visitor has the shop's answer.
 *
 * Where the server cannot answer first, nothing is sent: the connector asks for events from time to time anyway. After
 * a hint that did not arrive the next ones wait for a minute, so that a connector that hangs binds no workers.
 */
final class Hints
{
    private const SECONDS = 3;
    private const QUIET = 60;
    private const MOST = 200;
    private const LISTS = ['order' => 'orders', 'customer' => 'customers', 'product' => 'products'];

    /** @var Settings */
    private $settings;

    /** @var Hooks */
    private $hooks;

    /** @var Clock */
    private $clock;

    /** @var Platform */
    private $platform;

    /** @var callable */
    private $answerFirst;

    /** @var array<string, array<int, int>> */
    private $ids = ['orders' => [], 'customers' => [], 'products' => []];

    /** @var bool */
    private $awaited = false;

    /** @param callable|null $answerFirst sends the shop's answer away, and says whether it could */
    public function __construct(
        Settings $settings,
        Hooks $hooks,
        Clock $clock,
        Platform $platform,
        ?callable $answerFirst = null
    ) {
        $this->settings = $settings;
        $this->hooks = $hooks;
        $this->clock = $clock;
        $this->platform = $platform;
        $this->answerFirst = $answerFirst ?? [self::class, 'endResponse'];
    }

    public function add(string $kind, int $id): void
    {
        if (!isset(self::LISTS[$kind])) {
            return;
        }
        $this->ids[self::LISTS[$kind]][$id] = $id;
        if (!$this->awaited) {
            $this->awaited = true;
            register_shutdown_function([$this, 'sendAtTheEnd']);
        }
    }

    /** The shop's page is finished: nothing that goes wrong now may show in it. */
    public function sendAtTheEnd(): void
    {
        try {
            $this->send();
        } catch (Throwable $error) {
            $this->platform->log('Xero connector: no hint was sent: ' . $error->getMessage());
        }
    }

    /** @return bool whether the connector took it */
    public function send(): bool
    {
        if (!$this->mayCall() || !($this->answerFirst)()) {
            return false;
        }
        $hint = array_map(static function (array $ids): array {
            return array_slice(array_values($ids), 0, self::MOST);
        }, $this->ids);
        $reply = $this->hooks->post($hint + ['call' => Keys::nonce()], self::SECONDS);
        if ($reply->status() !== 200) {
            $this->settings->set(['quiet_until' => (string) ($this->clock->now() + self::QUIET)]);
        }
        return $reply->status() === 200;
    }

    private function mayCall(): bool
    {
        return $this->settings->isOn() && $this->settings->isPaired()
            && (int) $this->settings->get('quiet_until') <= $this->clock->now();
    }

    private static function endResponse(): bool
    {
        foreach (['fastcgi_finish_request', 'litespeed_finish_request'] as $finish) {
            if (function_exists($finish)) {
                return (bool) $finish();
            }
        }
        return false;
    }
}
