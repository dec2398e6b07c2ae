<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Outbox\Events;
use XeroConnector\Paging\Selection;
use XeroConnector\Platform;
use XeroConnector\Reading\Methods;
use XeroConnector\Reading\Shop;
use XeroConnector\Settings;
use XeroConnector\Version;

/** Who is there: versions, how the shop is set up, how much it holds. */
final class Probe implements Call
{
    /** @var Platform */
    private $platform;

    /** @var Settings */
    private $settings;

    /** @var Shop */
    private $shop;

    /** @var Methods */
    private $methods;

    /** @var Events */
    private $events;

    /** @var array<string, Selection> */
    private $selections;

    /** @param array<string, Selection> $selections by "orders", "products", "customers" */
    public function __construct(
        Platform $platform,
        Settings $settings,
        Shop $shop,
        Methods $methods,
        Events $events,
        array $selections
    ) {
        $this->platform = $platform;
        $this->settings = $settings;
        $this->shop = $shop;
        $this->methods = $methods;
        $this->events = $events;
        $this->selections = $selections;
    }

    public function answer(Parameters $parameters): array
    {
        $parameters->nothingElse();
        $versions = [
            'extension' => Version::EXTENSION,
            'protocol' => Version::PROTOCOL,
            'opencart' => $this->platform->version(),
            'php' => PHP_VERSION,
        ];
        $methods = [
            'payment_methods' => $this->methods->ofType('payment'),
            'shipping_methods' => $this->methods->ofType('shipping'),
            'totals' => $this->methods->totals(),
            'classes' => (object) $this->methods->taxClasses(),
        ];
        $counts = array_map(static function (Selection $selection): int {
            return $selection->countAll();
        }, $this->selections);
        return $versions + $this->shop->settings($this->platform->address()) + $this->shop->clock()
            + $this->shop->lists() + $methods + $this->shop->taxes()
            + ['counts' => $counts, 'last_event' => $this->events->last(), 'paired' => $this->paired()];
    }

    private function paired(): ?array
    {
        if (!$this->settings->isPaired()) {
            return null;
        }
        return [
            'callback' => $this->settings->get('callback'),
            'reached' => $this->settings->get('reached') === '1',
            'error' => $this->settings->get('error'),
            'at' => $this->settings->get('paired_at'),
        ];
    }
}
