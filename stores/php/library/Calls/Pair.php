<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Clock;
use XeroConnector\Http\Hooks;
use XeroConnector\Outbox\Events;
use XeroConnector\Settings;

/** Keeps where the connector is, and tries whether it can be reached from here. */
final class Pair implements Call
{
    /** @var Settings */
    private $settings;

    /** @var Events */
    private $events;

    /** @var Hooks */
    private $hooks;

    /** @var Clock */
    private $clock;

    public function __construct(Settings $settings, Events $events, Hooks $hooks, Clock $clock)
    {
        $this->settings = $settings;
        $this->events = $events;
        $this->hooks = $hooks;
        $this->clock = $clock;
    }

    public function answer(Parameters $parameters): array
    {
        $values = [
            'callback' => $parameters->address('callback'),
            'app' => $parameters->address('app'),
            'store' => $parameters->text('store', 100),
            'paired_at' => Clock::iso($this->clock->now()),
            'reached' => '',
            'error' => '',
            'quiet_until' => '0',
            'hinted' => (string) $this->events->newest(),
        ];
        $reach = $parameters->truth('reach', true);
        $parameters->nothingElse();
        $this->settings->set($values);
        return $reach ? $this->hooks->greet() : ['reached' => false, 'error' => '', 'status' => 0];
    }
}
