<?php
declare(strict_types=1);

namespace XeroConnector\Outbox;

use Throwable;
use XeroConnector\Clock;
use XeroConnector\Http\Hooks;
use XeroConnector\Log;
use XeroConnector\Settings;
use XeroConnector\Wire\Keys;

/**
 * Tells the connector which records to look at, once the visitor has the shop's answer.
 *
 * Where the server cannot answer first, nothing is sent: the connector asks for events from time to time anyway. One
 * request at a time sends, for all that happened meanwhile; so a connector that hangs binds one of the shop's workers
 * for three seconds, and after a hint that did not arrive none is tried for a minute.
 */
final class Hints
{
    private const SECONDS = 3;
    private const QUIET = 60;
    private const MOST = 200;
    private const ROUNDS = 3;

    /** Seconds. What happened longer ago the connector has asked for by now. */
    private const RECENT = 600;

    /** @var Settings */
    private $settings;

    /** @var Events */
    private $events;

    /** @var Hooks */
    private $hooks;

    /** @var Clock */
    private $clock;

    /** @var Log */
    private $log;

    /** @var callable */
    private $answerFirst;

    /** @var bool */
    private $isDue = false;

    /** @param callable|null $answerFirst sends the shop's answer away, and says whether it could */
    public function __construct(
        Settings $settings,
        Events $events,
        Hooks $hooks,
        Clock $clock,
        Log $log,
        ?callable $answerFirst = null
    ) {
        $this->settings = $settings;
        $this->events = $events;
        $this->hooks = $hooks;
        $this->clock = $clock;
        $this->log = $log;
        $this->answerFirst = $answerFirst ?? [self::class, 'endResponse'];
    }

    /** To be called when something was written down: a hint is sent when the shop has answered. */
    public function sendLater(): void
    {
        if (!$this->isDue) {
            $this->isDue = true;
            register_shutdown_function([$this, 'sendAtTheEnd']);
        }
    }

    /** The shop's page is finished: nothing that goes wrong now may show in it. */
    public function sendAtTheEnd(): void
    {
        try {
            $this->send();
        } catch (Throwable $error) {
            $this->log->log('Xero connector: no hint was sent: ' . $error->getMessage());
        }
    }

    /** @return int how many hints the connector took */
    public function send(): int
    {
        $mayCall = $this->settings->isOn() && $this->settings->isPaired();
        if (!$mayCall || (int) $this->settings->get('quiet_until') > $this->clock->now() || !($this->answerFirst)()) {
            return 0;
        }
        // What happens while a hint is on its way goes with the next; who comes then finds that somebody sends.
        for ($sent = 0; $sent < self::ROUNDS && $this->claim(); $sent++) {
            if (!$this->sendWhatIsNew()) {
                break;
            }
        }
        return $sent;
    }

    private function claim(): bool
    {
        $now = $this->clock->now();
        return $this->settings->raise('quiet_until', $now, $now + self::QUIET);
    }

    private function sendWhatIsNew(): bool
    {
        $since = $this->clock->now() - self::RECENT;
        $new = $this->events->notHinted((int) $this->settings->get('hinted'), $since, self::MOST);
        if ($new['ids'] === []) {
            $this->settings->raise('quiet_until', PHP_INT_MAX, 0);
            return false;
        }
        $reply = $this->hooks->post($new['ids'] + ['call' => Keys::nonce()], self::SECONDS);
        if ($reply->status() !== 200) {
            return false;
        }
        $this->settings->raise('hinted', $new['last'], $new['last']);
        $this->settings->raise('quiet_until', PHP_INT_MAX, 0);
        return true;
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
